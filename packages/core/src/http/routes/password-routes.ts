import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import { findCountedAddress } from '../edge/counted-address.js';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { respondSignedIn } from '../respond-signed-in.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { countClient } from './count-client.js';
import { emailSchema, passwordSchema, tokenSchema } from './schemas.js';
import { readOrigin } from './sign-in-request.js';

/** `POST /password/change`, `POST /password/forgot`, `POST /password/reset` and `GET /.well-known/change-password` */
export function createPasswordRoutes(http: HttpContext, basePath: string): readonly Route[] {
  return [
    defineProtectedRoute(http, {
      method: 'POST',
      path: `${basePath}/password/change`,
      summary: 'Set a new password; this session gets new tokens, all others end',
      body: z.strictObject({ currentPassword: passwordSchema, newPassword: passwordSchema }),
      answers: {
        200: 'Changed; go on with the new tokens',
        422: 'The new password is not acceptable',
        429: 'Too many attempts',
      },
      async handle({ http, body, request }, { identity, credentials }) {
        const signedIn = await http.auth.changePassword({
          user: identity,
          sessionId: identity.sessionId,
          currentPassword: body.currentPassword,
          newPassword: body.newPassword,
          origin: readOrigin(http, request, credentials.transport),
        });
        return respondSignedIn(http, credentials.transport, 200, signedIn);
      },
    }),

    defineAuthRoute(http, {
      method: 'POST',
      path: `${basePath}/password/forgot`,
      summary: 'Send a link to a new password to the owner of the address, if there is one',
      body: z.strictObject({ email: emailSchema }),
      answers: {
        202: 'Whether there is such an account is not said',
        429: 'Too many addresses from this network',
        503: 'Try again later',
      },
      async handle({ http, body, request }) {
        const ip = findCountedAddress(http, request);
        await http.auth.forgotPassword(http.tenantOf(request), body.email, ip);
        return respondEmpty(202);
      },
    }),

    defineAuthRoute(http, {
      method: 'POST',
      path: `${basePath}/password/reset`,
      summary: 'Set a new password with the link; every session ends, and nobody is signed in by it',
      body: z.strictObject({ token: tokenSchema, newPassword: passwordSchema }),
      answers: {
        204: 'The new password is in force',
        422: 'The link was used, replaced or has expired; or the new password is not acceptable, and the link still good',
        429: 'Too many requests',
        503: 'Try again later',
      },
      async handle({ http, body, request }) {
        await countClient(http, request);
        await http.auth.resetPassword({ ...body, tenantId: http.tenantOf(request) });
        return respondEmpty(204);
      },
    }),

    defineAuthRoute(http, {
      method: 'GET',
      path: '/.well-known/change-password',
      summary: 'Where a password manager sends its user to change the password',
      answers: { 302: 'There' },
      handle: () => respondEmpty(302, { headers: { location: http.auth.changePasswordUrl } }),
    }),
  ];
}
