import fastifyJwt from '@fastify/jwt';
import { createHttpAuth } from '@tessera-auth/core';
import { protect } from '@tessera-auth/fastify';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createBenchAuth, peerKey, signIn, signPeerToken, verifyByHand } from './credentials.js';
import { publicUrl, type variants } from './variants.js';

type Variant = (typeof variants.fastify)[number];

/** A Fastify app with one route behind `variant`, and the headers that get through. */
export async function createFastifyServer(
  variant: Variant,
): Promise<{ app: FastifyInstance; headers: string }> {
  const app = fastify();
  const handler = async () => ({ ok: true });
  switch (variant) {
    case 'bare':
      app.get('/', handler);
      break;
    case 'tessera bearer':
    case 'tessera cookie': {
      const auth = createBenchAuth();
      const http = createHttpAuth(auth);
      const { accessToken, refreshToken } = await signIn(auth);
      app.get('/', { onRequest: protect(http.signedIn()) }, handler);
      return {
        app,
        headers:
          variant === 'tessera bearer'
            ? `Authorization: Bearer ${accessToken}\r\n`
            : `Cookie: __Host-access=${accessToken}; __Host-refresh=${refreshToken}\r\n`,
      };
    }
    case 'jose by hand':
      app.get('/', { onRequest: verifyWithJose }, handler);
      break;
    case '@fastify/jwt':
      await app.register(fastifyJwt, {
        secret: peerKey.export(),
        verify: { algorithms: ['HS256'], allowedIss: publicUrl, allowedAud: publicUrl },
      });
      app.get('/', { onRequest: async (request) => void (await request.jwtVerify()) }, handler);
      break;
  }
  return { app, headers: `Authorization: Bearer ${await signPeerToken()}\r\n` };
}

async function verifyWithJose(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const user = await verifyByHand(request.headers.authorization);
  if (user === null) return reply.code(401).send();
  Object.assign(request, { user });
  return undefined;
}
