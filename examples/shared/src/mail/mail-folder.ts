import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail } from './write-mail.js';

/** A folder in which every mail becomes a file: for tests and development. */
export interface MailFolder {
  send(mail: Mail): Promise<void>;
  /** The newest mails, the newest first. */
  list(): Promise<readonly Mail[]>;
}

const shown = 50;

/** Mails as JSON files in `path`, one each; the names sort by time. Whoever reads them can open the links. */
export function createMailFolder(path: string): MailFolder {
  return {
    async send(mail) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const name = `${mail.at.replaceAll(/[^0-9]/g, '')}-${randomUUID()}`;
      const unfinished = join(path, `.${name}`);
      // Whoever looks into the folder sees whole mails only.
      await writeFile(unfinished, JSON.stringify(mail), { mode: 0o600 });
      await rename(unfinished, join(path, `${name}.json`));
    },

    async list() {
      const names = await readdir(path).catch(() => []);
      const newest = names.filter((name) => /^\d.*\.json$/.test(name)).toSorted();
      const files = newest.slice(-shown).toReversed();
      return Promise.all(
        files.map(async (name) => JSON.parse(await readFile(join(path, name), 'utf8')) as Mail),
      );
    },
  };
}
