import { createTestClient, type TestClient } from '@tessera-auth/core/testing';
import express, { type Express } from 'express';
import { onTestFinished } from 'vitest';
import { listen } from './start-express-app.js';

/** A client of a fresh app, which ends with the test. */
export async function startApp(build: (app: Express) => void): Promise<TestClient> {
  const app = express();
  // Express prints what its own error handler answers, except here.
  app.set('env', 'test');
  build(app);
  const { port, close } = await listen(app);
  onTestFinished(close);
  return createTestClient(port, close);
}
