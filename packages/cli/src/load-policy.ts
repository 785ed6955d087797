import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Policy } from '@tessera-auth/core/authorization';

/**
 * The policy that a module exports. The module is run, with all that it does.
 *
 * @param exportName which of its exports; needed only where there is more than one policy.
 * @throws `Error` saying what is wrong.
 */
export async function loadPolicy(file: string, exportName?: string): Promise<Policy> {
  const exported = await importModule(file);
  if (exportName !== undefined) {
    const found = Object.hasOwn(exported, exportName) ? exported[exportName] : undefined;
    if (!isPolicy(found)) throw new Error(`${file}: the export ${exportName} is no policy`);
    return found;
  }
  const policies = Object.entries(exported).filter(([, value]) => isPolicy(value));
  const [policy, ...others] = new Set(policies.map(([, value]) => value as Policy));
  if (policy === undefined) throw new Error(`${file}: no export is what definePolicy returned`);
  if (others.length > 0)
    throw new Error(
      `${file}: more than one policy, choose with --export: ${policies.map(([name]) => name).join(', ')}`,
    );
  return policy;
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new Error(
        `${file}: Node.js ${process.version} cannot read such a file by itself; ` +
          'hand it a loader, such as NODE_OPTIONS="--import tsx"',
      );
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${file} could not be loaded: ${reason}`);
  }
}

/** The library of the module may be another copy of ours, so it goes by what the object can do. */
function isPolicy(value: unknown): value is Policy {
  if (typeof value !== 'object' || value === null) return false;
  const methods = ['principal', 'decide', 'matrix', 'rulesOf', 'listGrants', 'hasRole'];
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
