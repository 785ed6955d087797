import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { findFreePort } from '../src/free-port.js';

it('free ports can be listened on, are found once each, and are none that the kernel gives away', async () => {
  const ports: number[] = [];
  while (ports.length < 400) ports.push(await findFreePort());
  expect(new Set(ports).size).toBe(400);
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768');
  expect(Math.max(...ports)).toBeLessThan(Number.parseInt(range, 10));
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  }
});
