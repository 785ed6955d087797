import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { OwnedServer } from './owned-server.js';
import { startReaper } from './reaper.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

/** How a server is run in a container. */
export interface ContainerPlan {
  readonly image: string;
  /** The port to offer on 127.0.0.1. */
  readonly port: number;
  /** The port that the server listens on inside. */
  readonly innerPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly isReady: () => Promise<boolean>;
}

/** Whether a container engine answers; a client without an engine does not count. */
export async function hasContainerEngine(): Promise<boolean> {
  return run('docker', ['info'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** Starts a server in a container and waits until it answers. */
export async function startContainer(plan: ContainerPlan): Promise<OwnedServer> {
  const name = `tessera-test-${randomUUID()}`;
  const docker = (...args: string[]) => run('docker', args, { env: { ...process.env, ...plan.env } });
  const untilReady = () => waitUntil(`${plan.image} to answer`, plan.isReady, 120_000);
  // Names only: a value on the command line could be read by every user of the machine.
  const environment = Object.keys(plan.env).flatMap((key) => ['--env', key]);
  const publish = `127.0.0.1:${plan.port}:${plan.innerPort}`;

  await docker(
    'run',
    '--detach',
    '--name',
    name,
    '--publish',
    publish,
    ...environment,
    plan.image,
    ...plan.args,
  );
  const reaper = startReaper('docker rm --force --volumes "$1"', name);
  await untilReady();

  return {
    port: plan.port,
    async stop() {
      reaper.cancel();
      await docker('rm', '--force', '--volumes', name);
    },
    async kill() {
      await docker('kill', '--signal', 'KILL', name);
    },
    async restart() {
      await docker('restart', name);
      await untilReady();
    },
    async freeze() {
      await docker('pause', name);
    },
    async thaw() {
      await docker('unpause', name);
    },
  };
}
