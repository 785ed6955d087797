import { createHash, randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Account, giveTo } from '@tessera-auth/test-services/account';
import { isOpenToAll } from '@tessera-auth/test-services/postgres-binaries';

/**
 * The folder of our Postgres: `postgres` in `dataFolder`, or one behind a link of that name where the server's account
 * cannot reach it, such as in a checkout in /root.
 */
export async function makeServerFolder(dataFolder: string, account: Account | null): Promise<string> {
  const wanted = join(dataFolder, 'postgres');
  if (account === null) return makeFolder(wanted, account);
  // The server must pass through; what is in here has modes of its own.
  await chmod(dataFolder, 0o711);
  if (await isOpenToAll(dataFolder)) return makeFolder(wanted, account);
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const elsewhere = await makeFolder(`/var/lib/tessera-example-${name}`, account);
  await symlink(elsewhere, wanted).catch(ignore('EEXIST'));
  return elsewhere;
}

/** `binFolder`, or a copy in `serverFolder` where the server's account cannot reach it. */
export async function makeReachableBinaries(
  binFolder: string,
  serverFolder: string,
  account: Account | null,
): Promise<string> {
  if (account === null || (await isOpenToAll(binFolder))) return binFolder;
  const copy = join(serverFolder, 'native');
  const unfinished = join(serverFolder, 'native.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await cp(resolve(binFolder, '..'), unfinished, { recursive: true, verbatimSymlinks: true });
  await rm(copy, { recursive: true, force: true });
  await rename(unfinished, copy);
  return join(copy, 'bin');
}

/** The superuser's password: whoever reaches the port of the server must not be one without it. */
export async function loadPassword(path: string, account: Account | null): Promise<string> {
  await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
    ignore('EEXIST'),
  );
  await giveTo(account, path);
  return readFile(path, 'utf8');
}

/** Swallows the error with that code only. */
function ignore(code: string): (error: unknown) => void {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
  };
}

async function makeFolder(path: string, account: Account | null): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 }).catch(ignore('EEXIST'));
  await giveTo(account, path);
  return path;
}
