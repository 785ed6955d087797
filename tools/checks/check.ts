import { checkAsvs } from './check-asvs.js';
import { checkChangesets } from './check-changesets.js';
import { checkImportTime } from './check-import-time.js';
import { checkLayers } from './check-layers.js';
import { checkLicences } from './check-licences.js';
import { checkPacked } from './check-packed.js';
import { checkPolicyTypes } from './check-policy-types.js';
import { checkSize } from './check-size.js';
import { checkTypes } from './check-types.js';
import { checkDiagram } from './diagram.js';
import { pnpm } from './pnpm.js';
import { repository, runOrFail } from './run.js';
import { runSteps, type Step } from './run-steps.js';

/** `pnpm check` runs all of these, `pnpm check types size` only some. */
const steps: readonly Step[] = [
  {
    name: 'biome',
    run: () =>
      runOrFail('biome', ['ci', '--colors=off', '--diagnostic-level=warn', '--error-on-warnings', '.']),
  },
  { name: 'eslint', run: () => runOrFail('eslint', ['--max-warnings', '0', '.']) },
  { name: 'types', run: checkTypes },
  { name: 'policy-types', run: checkPolicyTypes },
  { name: 'layers', run: () => checkLayers(repository) },
  { name: 'diagram', run: checkDiagram },
  { name: 'asvs', run: checkAsvs },
  { name: 'changesets', run: checkChangesets },
  { name: 'knip', run: () => runOrFail('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'licences', run: checkLicences },
  { name: 'api-docs', run: () => runOrFail('typedoc', ['--emit', 'none']) },
  { name: 'build', run: () => pnpm(['build']) },
  { name: 'packed', run: checkPacked, needs: 'build' },
  { name: 'size', run: checkSize, needs: 'build' },
  { name: 'import-time', run: checkImportTime, needs: 'build' },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `no such check: ${unknown.join(', ')}; there are ${steps.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const failed = await runSteps(chosen, console.log);
process.exitCode = failed.length === 0 ? 0 : 1;
