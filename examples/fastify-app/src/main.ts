import { runServer } from '@tessera-auth/example-shared';
import { createApp } from './create-app.js';

runServer(async (system, host, port) => {
  const app = createApp(system);
  await app.listen({ host, port });
  return { server: app.server, close: () => app.close() };
});
