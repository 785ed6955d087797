import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this repository. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Something that people read. */
export interface Page {
  /** Relative to the repository, such as `docs/guide/sessions.md`. */
  readonly path: string;
  readonly text: string;
}

/** What stands between two fences of a page. */
export interface Block {
  /** Where it begins, such as `README.md:42`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

const notOurs = /(^|\/)(node_modules|api|\.vitepress|\.cache|\.data|CHANGELOG\.md$)/;

/** Every page of the repository that is written by hand. */
export function listPages(): readonly Page[] {
  const below = ['docs', ...listFolders('packages'), ...listFolders('examples')].flatMap((folder) =>
    listMarkdown(folder),
  );
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...below].map(readPage);
}

/** One page. @param path relative to the repository. */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(repository, path), 'utf8') };
}

/** The blocks of a page, in their order. */
export function listBlocks({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

/** The part of a page from a heading to the next one of any level. @throws `Error` when there is no such heading. */
export function findSection({ path, text }: Page, heading: string): Page {
  const [, section] = text.split(new RegExp(`^${heading}$`, 'm'));
  if (section === undefined) throw new Error(`${path}: no heading "${heading}"`);
  return { path, text: section.split(/^#+ /m)[0] ?? '' };
}

function listFolders(parent: string): string[] {
  return readdirSync(join(repository, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}`);
}

function listMarkdown(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (notOurs.test(path.slice(folder.length + 1)) || entry.isSymbolicLink()) return [];
    if (entry.isDirectory()) return listMarkdown(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}
