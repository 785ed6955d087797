import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import type { Auth, HttpAuth, UserRef } from '@tessera-auth/core';
import type { Express } from 'express';
import type { Pool } from 'pg';

/** What the getting-started page makes, and later blocks go on with. */
declare global {
  const pool: Pool;
  const stores: PostgresStores;
  const secret: string;
  const auth: Auth;
  const http: HttpAuth;
  const app: Express;
  /** A user who is signed in, and a session of theirs. */
  const user: UserRef;
  const sessionId: string;
}
