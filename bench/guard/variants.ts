/** A framework that Tessera has a binding for. */
export type Framework = 'express' | 'fastify';

/** What stands before the handler. `bare` is nothing at all: what every other one is compared with. */
export const variants = {
  express: ['bare', 'tessera bearer', 'tessera cookie', 'jose by hand', 'passport-jwt'],
  fastify: ['bare', 'tessera bearer', 'tessera cookie', 'jose by hand', '@fastify/jwt'],
} as const satisfies Readonly<Record<Framework, readonly string[]>>;

/** The root secret of all servers. Made for this file and used nowhere else. */
export const secret = 'Zk3vQ9xWm7LpTr2YbN8cHs5DfGj4KaUe';
export const publicUrl = 'http://localhost:3000';

/** What a server tells its parent: where it listens, and what a client sends. */
export interface Ready {
  readonly port: number;
  readonly headers: string;
}
