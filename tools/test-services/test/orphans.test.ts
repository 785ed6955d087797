import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

const program = fileURLToPath(new URL('programs/start-servers.ts', import.meta.url));

interface Started {
  readonly process: ChildProcess;
  readonly ports: readonly number[];
}

/** A process of its own that starts one of each kind of server. */
async function startServersElsewhere(): Promise<Started> {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { process: child, ports: JSON.parse(String(line)) };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

describe('servers whose owner is gone', () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`end with it after ${signal}`, async () => {
      const { process: owner, ports } = await startServersElsewhere();
      expect(await Promise.all(ports.map(isListening))).toEqual(ports.map(() => true));
      owner.kill(signal);
      await once(owner, 'exit');
      await vi.waitFor(
        async () => expect(await Promise.all(ports.map(isListening))).toEqual(ports.map(() => false)),
        { timeout: 20_000 },
      );
    });
  }
});
