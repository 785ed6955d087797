import { createHttpAuth } from '@tessera-auth/core';
import { protect } from '@tessera-auth/express';
import express, { type Express, type RequestHandler } from 'express';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { createBenchAuth, signIn, signPeerToken, verifyByHand } from './credentials.js';
import { publicUrl, secret, type variants } from './variants.js';

type Variant = (typeof variants.express)[number];

/** An Express app with one route behind `variant`, and the headers that get through. */
export async function createExpressServer(variant: Variant): Promise<{ app: Express; headers: string }> {
  const { guards, headers } = await prepare(variant);
  const app = express();
  app.disable('x-powered-by').set('etag', false);
  app.get('/', ...guards, (_req, res) => res.json({ ok: true }));
  return { app, headers };
}

async function prepare(variant: Variant): Promise<{ guards: RequestHandler[]; headers: string }> {
  switch (variant) {
    case 'bare':
      return { guards: [], headers: `Authorization: Bearer ${await signPeerToken()}\r\n` };
    case 'tessera bearer':
    case 'tessera cookie': {
      const auth = createBenchAuth();
      const http = createHttpAuth(auth);
      const { accessToken, refreshToken } = await signIn(auth);
      const headers =
        variant === 'tessera bearer'
          ? `Authorization: Bearer ${accessToken}\r\n`
          : `Cookie: __Host-access=${accessToken}; __Host-refresh=${refreshToken}\r\n`;
      return { guards: [protect(http.signedIn())], headers };
    }
    case 'jose by hand':
      return { guards: [verifyWithJose], headers: `Authorization: Bearer ${await signPeerToken()}\r\n` };
    case 'passport-jwt':
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
        headers: `Authorization: Bearer ${await signPeerToken()}\r\n`,
      };
  }
}

const verifyWithJose: RequestHandler = async (req, res, next) => {
  const user = await verifyByHand(req.headers.authorization);
  if (user === null) return res.status(401).end();
  Object.assign(req, { user });
  return next();
};
