import { z } from 'zod';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { respondSignedIn } from '../respond-signed-in.js';
import type { Route } from '../route.js';
import { codeSchema, methodSchema, passwordSchema } from './schemas.js';
import { readOrigin } from './sign-in-request.js';

/** `POST /reauthenticate` */
export function createReauthenticateRoute(http: HttpContext, basePath: string): Route {
  return defineProtectedRoute(http, {
    method: 'POST',
    path: `${basePath}/reauthenticate`,
    summary: 'Prove once more who you are, with all that a sign-in asks for; this session gets new tokens',
    body: z.strictObject({
      password: passwordSchema,
      code: codeSchema.optional(),
      method: methodSchema.optional(),
    }),
    answers: {
      200: 'Proved; go on with the new tokens',
      401: 'Nobody is signed in, or what was given is not good: `code` says which, and `mfa_code_required` what is missing',
      429: 'Too many attempts',
    },
    async handle({ http, body: { password, code, method = 'totp' }, request }, { identity, credentials }) {
      const signedIn = await http.auth.reauthenticate({
        user: identity,
        sessionId: identity.sessionId,
        password,
        ...(code === undefined ? {} : { proof: { method, code } }),
        origin: readOrigin(http, request, credentials.transport),
      });
      return respondSignedIn(http, credentials.transport, 200, signedIn);
    },
  });
}
