import { once } from 'node:events';
import { promisify } from 'node:util';
import { runServer } from '@tessera-auth/example-shared';
import { createApp } from './create-app.js';

runServer(async (system, host, port) => {
  const server = createApp(system).listen(port, host);
  await once(server, 'listening');
  return { server, close: promisify(server.close.bind(server)) };
});
