import { z } from 'zod';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { respondSignedIn } from '../respond-signed-in.js';
import type { Route } from '../route.js';
import { passwordSchema } from './schemas.js';

/** `POST /password/change` */
export function createChangePasswordRoute(http: HttpContext, basePath: string): Route {
  return defineProtectedRoute(http, {
    method: 'POST',
    path: `${basePath}/password/change`,
    summary: 'Set a new password; this session gets new tokens, all others end',
    body: z.strictObject({ currentPassword: passwordSchema, newPassword: passwordSchema }),
    answers: { 200: 'Changed; go on with the new tokens', 422: 'The new password is not acceptable' },
    async handle({ body }, { identity, credentials }) {
      const signedIn = await http.auth.changePassword({
        user: identity,
        sessionId: identity.sessionId,
        currentPassword: body.currentPassword,
        newPassword: body.newPassword,
      });
      return respondSignedIn(http, credentials.transport, 200, signedIn);
    },
  });
}
