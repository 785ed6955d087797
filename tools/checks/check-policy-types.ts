import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository, runOrFail } from './run.js';

const permissions = 200;
const budgetInstantiations = 50_000;
const folder = join(repository, 'packages/core/node_modules/.cache/policy-types');

/**
 * Counts what the compiler instantiates for a policy of 200 permissions, beyond what it does for an empty one: an editor that
 * takes seconds for each letter would be the end of types. The count is the same on every machine; the time is not.
 */
export async function checkPolicyTypes(): Promise<string> {
  await mkdir(folder, { recursive: true });
  const empty = await countInstantiations('empty', 'definePolicy({ roles: {} });');
  const full = await countInstantiations('full', writePolicy(permissions / 5));
  const count = full - empty;
  const measured = `${permissions} permissions: ${count} of ${budgetInstantiations} instantiations`;
  if (count > budgetInstantiations) throw new Error(measured);
  return measured;
}

async function countInstantiations(name: string, body: string): Promise<number> {
  await writeFile(
    join(folder, `${name}.ts`),
    `import { definePolicy } from '@tessera-auth/core/authorization';\n${body}\n`,
  );
  const project = join(folder, `${name}.json`);
  const base = join(repository, 'tsconfig.base.json');
  await writeFile(project, JSON.stringify({ extends: base, files: [`${name}.ts`] }));
  const { stdout } = await runOrFail('tsc', ['--project', project, '--extendedDiagnostics']);
  const count = /^Instantiations: +(\d+)$/m.exec(stdout)?.[1];
  if (count === undefined) throw new Error(`tsc told no instantiations:\n${stdout}`);
  return Number(count);
}

/** Resources of five actions each, each with a role that inherits, a relation, a tenant and a rule; then a decision. */
function writePolicy(resources: number): string {
  const lines = (line: (at: number) => string) =>
    Array.from({ length: resources }, (_, at) => line(at)).join('\n');
  return `
const policy = definePolicy({
  resources: {
${lines(
  (at) => `    resource${at}: {
      actions: ['read', 'create', 'update', 'delete', 'share'],
      attributes: { ownerId: 'string', orgId: 'string', score: 'number', changedAt: 'date' },
      relations: { owner: 'ownerId' },
      tenant: 'orgId',
    },`,
)}
  },
  roles: {
${lines((at) => `    role${at}: { inherits: [${at === 0 ? '' : `'role${at - 1}'`}], can: ['resource${at}:*@owner', 'resource${at}:read'] },`)}
  },
  rules: (rule) => [
${lines(
  (at) => `    rule.deny('rule ${at}', {
      to: 'resource${at}:update',
      for: ['role${at}'],
      when: ({ resource, now }) => resource.changedAt.isBefore(now.minusDays(30)),
    }),`,
)}
  ],
});
const me = policy.principal({ userId: 'ada', roles: ['role0'] });
export const answer = policy.can(me, 'resource1:read', {
  ...{ ownerId: 'ada', orgId: 'acme', score: 1, changedAt: new Date() },
});`;
}
