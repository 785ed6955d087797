import { parseArgs } from 'node:util';
import { explain } from '@tessera-auth/core/authorization';
import { listFindings } from '@tessera-auth/core/authorization/findings';
import { compareSnapshots } from './compare-snapshots.js';
import { formatChanges } from './format-changes.js';
import { formatHtml } from './format-html.js';
import { formatText } from './format-text.js';
import { loadPolicy } from './load-policy.js';
import { printable } from './printable.js';
import { readInstant, readRecord, readUser } from './read-facts.js';
import { readSnapshot, type Snapshot, takeSnapshot } from './snapshot.js';

/** What a command came to. */
export interface Outcome {
  /** For the standard output. */
  readonly output: string;
  /** For the standard error, or `null`. */
  readonly problem: string | null;
  /** 0: fine. 1: no, or something was found. 2: it could not be told. */
  readonly exitCode: 0 | 1 | 2;
}

const usage = `Reads a policy: a module that exports what definePolicy returned.

  tessera-policy matrix <module> [--format text|html|json]
      Who may do what. JSON is what diff takes.
  tessera-policy findings <module> [--strict]
      What is probably a mistake. With --strict, the exit code is 1 where there is something.
  tessera-policy can <module> --user <json> --permission <name> [--record <json>] [--now <instant>]
      Whether somebody may, and why. The exit code is 1 when not.
      <json> of a user: { "userId", "roles", "tenantId"?, "attributes"?, "grants"? }. Instants are ISO 8601.
  tessera-policy diff <before> <after> [--fail-on-gain]
      What a change gives and takes. Each is a module, or a file from matrix --format json.
      With --fail-on-gain, the exit code is 1 where somebody may gain something.

  --export <name>  the export that is the policy, where a module has more than one
`;

/** Runs the command that the arguments ask for. Never rejects. */
export async function runCommand(args: readonly string[]): Promise<Outcome> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === 'help') return succeed(usage);
  try {
    switch (name) {
      case 'matrix':
        return await runMatrix(rest);
      case 'findings':
        return await runFindings(rest);
      case 'can':
        return await runCan(rest);
      case 'diff':
        return await runDiff(rest);
      default:
        throw new Error(`there is no command ${name}; see tessera-policy --help`);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { output: '', problem: message.split('\n').map(printable).join('\n'), exitCode: 2 };
  }
}

const exportOption = { export: { type: 'string' } } as const;

async function runMatrix(args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...exportOption, format: { type: 'string', default: 'text' } },
  });
  const policy = await loadPolicy(...requireModules(positionals, 1), values.export);
  const snapshot = takeSnapshot(policy);
  switch (values.format) {
    case 'text':
      return succeed(formatText(snapshot));
    case 'html':
      return succeed(formatHtml(snapshot, listFindings(policy)));
    case 'json':
      return succeed(`${JSON.stringify(snapshot, null, 2)}\n`);
    default:
      throw new Error(`--format: expected text, html or json`);
  }
}

async function runFindings(args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...exportOption, strict: { type: 'boolean', default: false } },
  });
  const policy = await loadPolicy(...requireModules(positionals, 1), values.export);
  const findings = listFindings(policy);
  const output = findings.length === 0 ? 'Nothing was found.' : findings.map(printable).join('\n');
  return succeed(`${output}\n`, values.strict && findings.length > 0);
}

async function runCan(args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...exportOption,
      user: { type: 'string' },
      permission: { type: 'string' },
      record: { type: 'string', default: '{}' },
      now: { type: 'string' },
    },
  });
  const { user: userJson, permission, record: recordJson, now } = values;
  if (userJson === undefined) throw new Error('--user: expected who asks, as JSON');
  if (permission === undefined) throw new Error('--permission: expected a name, such as reports:read');
  const policy = await loadPolicy(...requireModules(positionals, 1), values.export);
  if (!policy.isPermission(permission)) throw new Error(`--permission: there is no ${permission}`);

  const user = readUser(policy, userJson);
  const record = readRecord(policy, permission, recordJson);
  const at = now === undefined ? {} : { now: readInstant('--now', now) };
  const decision = policy.decide(policy.principal({ ...user.facts, ...at }), permission, record.value);
  const lines = [explain(decision), ...[...user.notes, ...record.notes].map((note) => `Note: ${note}.`)];
  return succeed(`${lines.map(printable).join('\n')}\n`, decision.effect === 'deny');
}

async function runDiff(args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...exportOption, 'fail-on-gain': { type: 'boolean', default: false } },
  });
  const [before, after] = requireModules(positionals, 2);
  const changes = compareSnapshots(
    await readEither(before, values.export),
    await readEither(after, values.export),
  );
  const gains = changes.some(({ direction }) => direction !== 'lost');
  return succeed(formatChanges(changes), values['fail-on-gain'] && gains);
}

async function readEither(file: string, exportName: string | undefined): Promise<Snapshot> {
  return file.endsWith('.json') ? readSnapshot(file) : takeSnapshot(await loadPolicy(file, exportName));
}

function requireModules(positionals: readonly string[], count: 1): readonly [string];
function requireModules(positionals: readonly string[], count: 2): readonly [string, string];
function requireModules(positionals: readonly string[], count: number): readonly string[] {
  if (positionals.length !== count)
    throw new Error(count === 1 ? 'expected one module' : 'expected two modules, or files of JSON');
  return positionals;
}

function succeed(output: string, isNo = false): Outcome {
  return { output, problem: null, exitCode: isNo ? 1 : 0 };
}
