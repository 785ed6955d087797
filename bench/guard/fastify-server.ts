import fastifyCookie from '@fastify/cookie';
import fastifyJwt from '@fastify/jwt';
import fastifySession from '@fastify/session';
import { protect } from '@tessera-auth/fastify';
import { RedisStore } from 'connect-redis';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createClient } from 'redis';
import { createContestant } from './contestant.js';
import { signInWithCookie } from './credentials.js';
import { readRedisUrl } from './databases.js';
import { type Identify, peerKey, signPeerToken } from './hand-written.js';
import { type Credentials, publicUrl, secret, type variants } from './variants.js';

type Variant = (typeof variants.fastify)[number];

declare module 'fastify' {
  interface Session {
    userId: string;
  }
  interface FastifyRequest {
    userId: string;
  }
}

/** Signs in. @param url where the app listens. */
type SignIn = (url: string) => Promise<Credentials>;

/** A Fastify app with one route behind `variant`, and how to get through. */
export async function createFastifyServer(
  variant: Variant,
): Promise<{ app: FastifyInstance; signIn: SignIn }> {
  const app = fastify();
  return { app, signIn: await addRoute(app, variant) };
}

async function addRoute(app: FastifyInstance, variant: Variant): Promise<SignIn> {
  if (variant === '@fastify/jwt') return addJwt(app);
  if (variant === '@fastify/session') return addSession(app);
  if (variant === 'bare') {
    const credentials = await signPeerToken();
    app.get('/', async () => ({ userId: credentials.userId }));
    return async () => credentials;
  }
  const { guard, identify, credentials } = await createContestant(variant);
  if (guard !== undefined) {
    app.get('/', { onRequest: protect(guard) }, async ({ auth }) => ({ userId: auth.userId }));
  } else {
    app.decorateRequest('userId', '');
    app.get('/', { onRequest: admit(identify) }, async ({ userId }) => ({ userId }));
  }
  return async () => credentials;
}

async function addJwt(app: FastifyInstance): Promise<SignIn> {
  await app.register(fastifyJwt, {
    secret: peerKey.export(),
    verify: { algorithms: ['HS256'], allowedIss: publicUrl, allowedAud: publicUrl },
  });
  const onRequest = async (request: FastifyRequest) => void (await request.jwtVerify());
  app.get('/', { onRequest }, async ({ user }) => ({ userId: (user as { readonly sub: string }).sub }));
  return signPeerToken;
}

/** With the store that its README points to: any of express-session. Only what changed is written. */
async function addSession(app: FastifyInstance): Promise<SignIn> {
  const client = createClient({ url: readRedisUrl() });
  await client.connect();
  const userId = 'lc10-_g058FVZJ3q8IlzMQ';
  await app.register(fastifyCookie);
  await app.register(fastifySession, {
    secret,
    store: new RedisStore({ client }),
    cookie: { secure: false },
    saveUninitialized: false,
    rolling: false,
  });
  app.post('/sign-in', async ({ session }) => {
    session.userId = userId;
    return '';
  });
  app.post('/sign-out', async ({ session }) => {
    await session.destroy();
    return '';
  });
  const onRequest = async ({ session }: FastifyRequest, reply: FastifyReply) =>
    session.userId === undefined ? reply.code(401).send() : undefined;
  app.get('/', { onRequest }, async ({ session }) => ({ userId: session.userId }));
  return (url) => signInWithCookie(url, userId);
}

function admit(identify: Identify) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const id = await identify(request.headers);
    if (id === null) return reply.code(401).send();
    request.userId = id;
    return undefined;
  };
}
