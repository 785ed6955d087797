import { fileURLToPath } from 'node:url';
import root from '../typedoc.config.js';

const inRepository = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The API reference as pages of this site. Run from the root of the repository: `pnpm docs:api`. */
export default {
  ...root,
  // TypeDoc reads paths from where this file is.
  tsconfig: inRepository(root.tsconfig),
  entryPoints: root.entryPoints.map(inRepository),
  basePath: inRepository(root.basePath),
  out: inRepository('docs/api'),
  plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
  router: 'module',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  // `pnpm check api-docs` holds that every export is documented.
  validation: { ...root.validation, notDocumented: false },
};
