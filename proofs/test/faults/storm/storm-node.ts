import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { type Auth, createAuth } from '@tessera-auth/core';
import { createHttpAuth } from '@tessera-auth/core/http';
import type { Duration, Stores } from '@tessera-auth/core/stores';
import { mount, protect } from '@tessera-auth/express';
import express, { type ErrorRequestHandler, type Express } from 'express';

/** One process of the app, as clients see it, on stores and connections of its own. */
export interface StormNode {
  readonly url: string;
  readonly auth: Auth;
  /** What the app had no answer for. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

/** Where the app of a storm is, by its own word. */
export const publicUrl = 'https://app.example.com';
const secret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';

/** How a node is made. */
export interface StormNodeOptions {
  readonly stores: Stores;
  /** How old a refresh token must be to be rotated; the grace is as long. */
  readonly rotationFloor: Duration;
}

/** Starts a node that is ready for requests. Everything but the lengths of time of a rotation is as an app has it. */
export async function startStormNode({ stores, rotationFloor }: StormNodeOptions): Promise<StormNode> {
  const auth = createAuth({
    ...{ publicUrl, secret, stores, emailVerification: 'off', rateLimits: 'off' },
    sessions: { rotationFloor, rotationGrace: rotationFloor },
    // As cheap as argon2 allows.
    passwords: { argon2: { memoryKiB: 64, iterations: 2, parallelism: 1 }, allowWeakArgon2: true },
  });
  const failures: unknown[] = [];
  const server = createApp(auth, failures).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await auth.ready();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    auth,
    failures,
    async close() {
      await closeServer(server);
      await auth.close();
    },
  };
}

function createApp(auth: Auth, failures: unknown[]): Express {
  const http = createHttpAuth(auth, { allowMissingCsrfToken: true });
  const app = express();
  app.use(mount(http.routes));
  // Beside `GET /auth/me`, which reads the account, one that asks for nothing but the revocations.
  app.get('/checked', protect(http.signedIn()), (req, res) => {
    res.json({ user: { id: req.auth.userId }, sessionId: req.auth.sessionId });
  });
  app.use(((error, _req, res, _next) => {
    failures.push(error);
    res.status(500).end();
  }) satisfies ErrorRequestHandler);
  return app;
}

async function closeServer(server: Server): Promise<void> {
  const closed = promisify(server.close.bind(server))();
  server.closeAllConnections();
  await closed;
}
