import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReaper } from './reaper.js';

/** A folder of one's own that does not outlive this process. */
export interface TemporaryFolder {
  readonly path: string;
  /** Deletes it with all that is in it. */
  remove(): Promise<void>;
}

// More than once: a server or a child process that is just being ended may still write.
const reaperScript = 'for pause in 0 1 4; do sleep $pause; rm -rf "$1"; done';

/** Makes an empty folder that only we can read. */
export async function createTemporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `tessera-${name}-`));
  const reaper = startReaper(reaperScript, path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      reaper.cancel();
    },
  };
}
