import { describe, expect, it } from 'vitest';
import { hasContainerEngine, startContainer } from '../src/container.js';
import { findFreePort } from '../src/free-port.js';

const hasEngine = await hasContainerEngine();
if (!hasEngine)
  process.stderr.write('NOT TESTED: servers in containers, since "docker info" does not answer here\n');

describe.skipIf(!hasEngine)('startContainer', () => {
  it('starts, kills, restarts and freezes a server in a container', async () => {
    const isReady = async (): Promise<boolean> => true;
    const port = await findFreePort();
    const server = await startContainer({
      image: 'redis:7-alpine',
      port,
      innerPort: 6379,
      env: {},
      args: [],
      isReady,
    });
    await server.kill();
    await server.restart();
    await server.freeze();
    await server.thaw();
    await server.stop();
    expect(server.port).toBe(port);
  }, 300_000);
});
