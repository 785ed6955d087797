import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cruise } from './cruise.js';

/** Fails with every breach of the layers in the repository at `root`, one line each. */
export async function checkLayers(root: string): Promise<string> {
  const folders = await listSourceFolders(root);
  const { modules, summary } = await cruise(root, folders);
  const cruised = new Set(modules.map(({ source }) => source));
  const missed = (await listTypeScript(root, folders)).filter((file) => !cruised.has(file));
  const problems = [
    // That is how dependency-cruiser behaves, silently, when it does not understand the installed TypeScript.
    ...(modules.some(({ dependencies }) => dependencies.length > 0)
      ? []
      : ['no import was found in any file']),
    ...missed.map((file) => `not cruised: ${file}`),
    ...summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return `${cruised.size} modules`;
}

async function listSourceFolders(root: string): Promise<string[]> {
  const parents = await Promise.all(
    ['packages', 'examples', 'tools'].map(async (parent) =>
      (await readdir(join(root, parent)).catch(() => [])).map((name) => `${parent}/${name}`),
    ),
  );
  const candidates = parents.flat().flatMap((folder) => [`${folder}/src`, `${folder}/test`]);
  const found = await Promise.all(candidates.map((folder) => readdir(join(root, folder)).catch(() => null)));
  return candidates.filter((_, index) => found[index] !== null);
}

async function listTypeScript(root: string, folders: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true }))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `${folder}/${file}`),
    ),
  );
  return files.flat();
}
