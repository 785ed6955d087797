import { protect } from '@tessera-auth/express';
import { RedisStore } from 'connect-redis';
import express, { type Express, type Request, type RequestHandler } from 'express';
import session from 'express-session';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { createClient } from 'redis';
import { createContestant } from './contestant.js';
import { signInWithCookie } from './credentials.js';
import { readRedisUrl } from './databases.js';
import { type Identify, signPeerToken } from './hand-written.js';
import { type Credentials, publicUrl, secret, type variants } from './variants.js';

type Variant = (typeof variants.express)[number];

declare module 'express-session' {
  interface SessionData {
    userId: string;
  }
}

/** One way to guard an Express app. */
interface Guarding {
  /** In front of all routes. */
  readonly middleware?: readonly RequestHandler[];
  readonly guards: readonly RequestHandler[];
  userIdOf(req: Request): string | undefined;
  /** @param url where the app listens. */
  signIn(url: string): Promise<Credentials>;
}

/** An Express app with one route behind `variant`, and how to get through. */
export async function createExpressServer(
  variant: Variant,
): Promise<{ app: Express; signIn: Guarding['signIn'] }> {
  const { middleware = [], guards, userIdOf, signIn } = await createGuarding(variant);
  const app = express();
  app.disable('x-powered-by').set('etag', false);
  for (const handler of middleware) app.use(handler);
  app.get('/', ...guards, (req, res) => res.json({ userId: userIdOf(req) }));
  return { app, signIn };
}

async function createGuarding(variant: Variant): Promise<Guarding> {
  if (variant === 'passport-jwt') return createPassport();
  if (variant === 'express-session') return createSession();
  if (variant === 'bare') {
    const credentials = await signPeerToken();
    return { guards: [], userIdOf: () => credentials.userId, signIn: async () => credentials };
  }
  const { guard, identify, credentials } = await createContestant(variant);
  const signIn = async () => credentials;
  if (guard !== undefined) return { guards: [protect(guard)], userIdOf: (req) => req.auth.userId, signIn };
  return { guards: [admit(identify)], userIdOf: userOf, signIn };
}

function createPassport(): Guarding {
  passport.use(
    new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        // A string, as its own examples have it.
        secretOrKey: secret,
        algorithms: ['HS256'],
        issuer: publicUrl,
        audience: publicUrl,
      },
      (payload: { sub: string }, done) => done(null, { id: payload.sub }),
    ),
  );
  return {
    guards: [passport.authenticate('jwt', { session: false })],
    userIdOf: userOf,
    signIn: signPeerToken,
  };
}

/** As the README of connect-redis has it. */
async function createSession(): Promise<Guarding> {
  const client = createClient({ url: readRedisUrl() });
  await client.connect();
  const userId = 'lc10-_g058FVZJ3q8IlzMQ';
  const signInOrOut: RequestHandler = (req, res, next) => {
    if (req.path === '/sign-in') req.session.userId = userId;
    else if (req.path === '/sign-out') return req.session.destroy(() => res.end());
    else return next();
    return res.end();
  };
  return {
    middleware: [
      session({ store: new RedisStore({ client }), resave: false, saveUninitialized: false, secret }),
      signInOrOut,
    ],
    guards: [(req, res, next) => (req.session.userId === undefined ? res.status(401).end() : next())],
    userIdOf: (req) => req.session.userId,
    signIn: (url) => signInWithCookie(url, userId),
  };
}

function admit(identify: Identify): RequestHandler {
  return async (req, res, next) => {
    const id = await identify(req.headers);
    if (id === null) return res.status(401).end();
    Object.assign(req, { user: { id } });
    return next();
  };
}

function userOf(req: Request): string | undefined {
  return (req.user as { readonly id: string } | undefined)?.id;
}
