import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { countClient } from './count-client.js';
import { tokenSchema } from './schemas.js';

/** `POST /revoke` (RFC 7009). Whoever holds a token may end it: holding it is the proof. */
export function createRevokeRoute(http: HttpContext, basePath: string): Route {
  return defineAuthRoute(http, {
    method: 'POST',
    path: `${basePath}/revoke`,
    summary: 'Revoke a token: a refresh token with its session, an access token alone',
    body: z.strictObject({
      token: tokenSchema,
      token_type_hint: z.enum(['access_token', 'refresh_token']).optional(),
    }),
    answers: {
      200: 'The token is not valid any more, or never was',
      429: 'Too many requests',
      503: 'Nobody knows: ask again',
    },
    async handle({ http, body, request }) {
      await countClient(http, request);
      await http.auth.revokeToken(http.tenantOf(request), body.token);
      return respondEmpty(200);
    },
  });
}
