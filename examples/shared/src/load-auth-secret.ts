import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The root secret that was made at the first start and kept in `dataFolder`; only its owner can read it. */
export async function loadAuthSecret(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'auth-secret');
  const secret = randomBytes(48).toString('base64');
  try {
    // `wx`: of two servers that start together, one makes it and both use it.
    await writeFile(path, secret, { mode: 0o600, flag: 'wx' });
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(path, 'utf8')).trim();
  }
}
