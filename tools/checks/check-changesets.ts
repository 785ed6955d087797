import { createRequire } from 'node:module';
import { repository } from './run.js';
import { listPublishedPackages } from './workspace.js';

// Where it is imported, its default export is an object with the function in it.
const { default: readChangesets } = createRequire(import.meta.url)(
  '@changesets/read',
) as typeof import('@changesets/read');

/** Insists that a release can read every changeset: whoever writes one does not see that it cannot. */
export async function checkChangesets(): Promise<string> {
  const published = new Set((await listPublishedPackages()).map(({ name }) => name));
  const changesets = await readChangesets(repository);
  const foreign = changesets.flatMap(({ id, releases }) =>
    releases.filter(({ name }) => !published.has(name)).map(({ name }) => `${id}: ${name}`),
  );
  if (foreign.length > 0) throw new Error(`no package of that name:\n${foreign.join('\n')}`);
  return `${changesets.length} of them`;
}
