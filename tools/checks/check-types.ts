import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repository, run } from './run.js';

/** Type-checks the sources and the tests of every workspace package, two at a time. */
export async function checkTypes(): Promise<string> {
  const projects = ['.', ...(await listProjects())];
  const failures: string[] = [];
  const queue = [...projects];
  const worker = async (): Promise<void> => {
    for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
      const cache = join(project, 'node_modules/.cache/tsc.tsbuildinfo');
      const args = ['--project', project, '--incremental', '--tsBuildInfoFile', cache, '--pretty', 'false'];
      const { exitCode, output } = await run('tsc', args);
      if (exitCode !== 0) failures.push(`${project}:\n${output.trim()}`);
    }
  };
  await Promise.all([worker(), worker()]);
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return `${projects.length} projects`;
}

async function listProjects(): Promise<string[]> {
  const parents = await Promise.all(
    ['packages', 'examples', 'tools'].map(async (parent) =>
      (await readdir(join(repository, parent)).catch(() => [])).map((name) => `${parent}/${name}`),
    ),
  );
  return [...parents.flat(), 'bench', 'docs', 'proofs'].filter((folder) =>
    existsSync(join(repository, folder, 'tsconfig.json')),
  );
}
