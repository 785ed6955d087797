// Bundles a benchmark with Tessera's sources in it, as its built files are, and runs it.
// Usage: node run.mjs FOLDER, with FOLDER/main.ts as the entry and other entries beside it named on the command line.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const [folder, ...entries] = process.argv.slice(2);
const outdir = `.cache/${folder}`;

await build({
  entryPoints: ['main.ts', ...entries].map((file) => `${folder}/${file}`),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['@tessera-auth/source'],
  // Who is measured is loaded as its users load it.
  external: ['@node-rs/*', ...Object.keys(dependencies).filter((name) => !name.startsWith('@tessera-auth/'))],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
process.exitCode =
  spawnSync(process.execPath, ['--expose-gc', `${outdir}/main.mjs`], { stdio: 'inherit' }).status ?? 1;
