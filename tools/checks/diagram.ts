import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cruise } from './cruise.js';
import { coreLayers } from './layers.mjs';
import { repository } from './run.js';
import { listPublishedPackages } from './workspace.js';

const page = join(repository, 'docs/architecture.md');
const frame = /(<!-- diagram: pnpm docs:graph -->\n)[\s\S]*?(<!-- end of diagram -->)/;

/** Draws the imports that are really there into docs/architecture.md. */
export async function drawDiagram(): Promise<void> {
  await writeFile(page, await redraw());
}

/** Whether the diagram in docs/architecture.md shows the imports of today. */
export async function checkDiagram(): Promise<void> {
  if ((await readFile(page, 'utf8')) !== (await redraw())) {
    throw new Error('the diagram in docs/architecture.md is out of date: run "pnpm docs:graph"');
  }
}

async function redraw(): Promise<string> {
  const text = await readFile(page, 'utf8');
  if (!frame.test(text)) throw new Error('docs/architecture.md has lost the comments around its diagram');
  const drawing = await renderDiagram();
  return text.replace(frame, (_, start: string, end: string) => `${start}\n${drawing}\n${end}`);
}

async function renderDiagram(): Promise<string> {
  const packages = await listPublishedPackages();
  const folders = packages.map(({ folder }) => `${folder}/src`);
  const { modules } = await cruise(repository, folders);
  const arrows = new Set<string>();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [nodeOf(source), nodeOf(resolved)];
      if (from !== null && to !== null && from !== to) arrows.add(`  ${from} --> ${to}`);
    }
  }
  return ['```mermaid', 'flowchart LR', ...[...arrows].toSorted(), '```', ''].join('\n');
}

/** The layer, domain or package that a source file belongs to; `null` for tests, entry points and foreign code. */
function nodeOf(file: string): string | null {
  const domain = /^packages\/core\/src\/domains\/([^/]+)/.exec(file)?.[1];
  if (domain !== undefined) return domain;
  const layer = coreLayers.find(({ path }) => new RegExp(path).test(file))?.name;
  return layer ?? /^packages\/(?!core\/)([^/]+)\/src\//.exec(file)?.[1] ?? null;
}
