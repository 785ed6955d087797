/** A framework that Tessera has a binding for. */
export type Framework = 'express' | 'fastify';

/** Tessera's guard, by what it asks about revocation. */
export const tesseraVariants = [
  'tessera, from memory',
  'tessera, from memory, cookie',
  'tessera, Redis each time',
  'tessera, Postgres each time',
  'tessera, no revocation',
] as const;
export type TesseraVariant = (typeof tesseraVariants)[number];

/** The most used session library, by where it looks. */
export const betterAuthVariants = [
  'better-auth, cookie cache',
  'better-auth, Redis',
  'better-auth, Postgres',
] as const;
export type BetterAuthVariant = (typeof betterAuthVariants)[number];

/** What people write themselves. */
export const handWrittenVariants = ['tessera token, EXISTS by hand', 'jose by hand'] as const;
export type HandWrittenVariant = (typeof handWrittenVariants)[number];

/** What is the same on every framework but for a few lines. */
export type CommonVariant = TesseraVariant | BetterAuthVariant | HandWrittenVariant;
const common = [...tesseraVariants, ...handWrittenVariants, ...betterAuthVariants] as const;

/** What stands before the handler. `bare` is nothing at all: what every other one is compared with. */
export const variants = {
  express: ['bare', ...common, 'passport-jwt', 'express-session'],
  fastify: ['bare', ...common, '@fastify/jwt', '@fastify/session'],
} as const satisfies Readonly<Record<Framework, readonly string[]>>;

/** The root secret of all servers. Made for this file and used nowhere else. */
export const secret = 'Zk3vQ9xWm7LpTr2YbN8cHs5DfGj4KaUe';
export const publicUrl = 'http://localhost:3000';

/** Header lines, each with its line break. */
export type HeaderLines = string;

/** Somebody who is signed in, and what must not get through. */
export interface Credentials {
  readonly userId: string;
  readonly accepted: HeaderLines;
  /** Forged ones, and where the variant can tell, such as were good once. */
  readonly refused: readonly HeaderLines[];
}

/** What a server tells its parent: where it listens, and what a client sends. */
export interface Ready extends Credentials {
  readonly port: number;
}
