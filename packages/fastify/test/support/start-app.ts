import { createTestClient, type TestClient } from '@tessera-auth/core/testing';
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { onTestFinished } from 'vitest';
import { listen } from './start-fastify-app.js';

/** A client of a fresh app, which ends with the test. */
export async function startApp(
  build: (app: FastifyInstance) => unknown,
  options: FastifyServerOptions = {},
): Promise<TestClient> {
  const app = fastify({ forceCloseConnections: true, ...options });
  await build(app);
  const { port, close } = await listen(app);
  onTestFinished(close);
  return createTestClient(port, close);
}
