import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestFile, writeEvidence } from './asvs-evidence.js';
import { requirements } from './asvs-requirements.js';
import { repository } from './run.js';
import { listPublishedPackages } from './workspace.js';

const page = join(repository, 'docs/asvs.md');

/** @throws `Error` when `docs/asvs.md` says something else than the tests show now. */
export async function checkAsvs(): Promise<void> {
  const [now, written] = await Promise.all([readEvidence(), readFile(page, 'utf8')]);
  if (now !== written) throw new Error('docs/asvs.md is out of date: pnpm docs:asvs writes it');
}

/** Writes `docs/asvs.md` from the tests of the published packages, and from those that hold the guide to the code. */
export async function writeAsvs(): Promise<void> {
  await writeFile(page, await readEvidence());
}

async function readEvidence(): Promise<string> {
  const packages = await listPublishedPackages();
  const folders = [...packages.map(({ folder }) => `${folder}/test`), 'docs/test'];
  const files = await Promise.all(folders.map(readTests));
  return writeEvidence(requirements, files.flat());
}

async function readTests(folder: string): Promise<TestFile[]> {
  const names = (await readdir(join(repository, folder), { recursive: true })).toSorted();
  const paths = names.filter((name) => name.endsWith('.test.ts')).map((name) => `${folder}/${name}`);
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(repository, path), 'utf8') })),
  );
}
