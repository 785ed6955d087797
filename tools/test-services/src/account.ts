import { chown, readFile } from 'node:fs/promises';

/** An unprivileged account of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that Postgres must run under, since it refuses to run as root; `null` where we are not root anyway.
 *
 * @throws `Error` when we are root and the machine has neither `postgres` nor `nobody`.
 */
export async function findServerAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([account]) => account === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('running as root, and there is neither an account "postgres" nor "nobody" to run Postgres');
}

/** Hands a file or folder to `account`; does nothing for `null`. */
export async function giveTo(account: Account | null, path: string): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}
