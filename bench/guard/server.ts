// One server with one variant. Answers every message of its parent with the CPU time that it has used, in microseconds.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createExpressServer } from './express-server.js';
import { createFastifyServer } from './fastify-server.js';
import type { Framework, Ready } from './variants.js';

const [framework, variant] = process.argv.slice(2) as [Framework, never];

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});

const { port, signIn } = framework === 'express' ? await startExpress() : await startFastify();
const credentials = await signIn(`http://127.0.0.1:${port}`);
process.send?.({ port, ...credentials } satisfies Ready);

async function startExpress() {
  const { app, signIn } = await createExpressServer(variant);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, signIn };
}

async function startFastify() {
  const { app, signIn } = await createFastifyServer(variant);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, signIn };
}
