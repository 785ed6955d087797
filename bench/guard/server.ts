// One server with one variant. Answers every message of its parent with the CPU time that it has used, in microseconds.
import type { AddressInfo } from 'node:net';
import { createExpressServer } from './express-server.js';
import { createFastifyServer } from './fastify-server.js';
import type { Framework, Ready, variants } from './variants.js';

const [framework, variant] = process.argv.slice(2) as [Framework, never];

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});

if (framework === 'express') {
  const { app, headers } = await createExpressServer(variant as (typeof variants.express)[number]);
  const server = app.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port, headers));
} else {
  const { app, headers } = await createFastifyServer(variant as (typeof variants.fastify)[number]);
  await app.listen({ port: 0, host: '127.0.0.1' });
  ready((app.server.address() as AddressInfo).port, headers);
}

function ready(port: number, headers: string): void {
  process.send?.({ port, headers } satisfies Ready);
}
