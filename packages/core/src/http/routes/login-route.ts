import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { respondOutcome } from '../respond-signed-in.js';
import type { Route } from '../route.js';
import { countUnknownClient } from './count-client.js';
import { emailSchema, passwordSchema, tokenSchema, transportSchema } from './schemas.js';
import { readSignIn } from './sign-in-request.js';

/** `POST /login` */
export function createLoginRoute(http: HttpContext, basePath: string): Route {
  return defineAuthRoute(http, {
    method: 'POST',
    path: `${basePath}/login`,
    summary: 'Sign in with address and password',
    body: z.strictObject({
      email: emailSchema,
      password: passwordSchema,
      deviceToken: tokenSchema.optional(),
      transport: transportSchema.optional(),
    }),
    answers: {
      200: 'Signed in; or, with `mfaRequired`, half-way: go on with `mfaToken`',
      401: 'Unknown address, wrong password or disabled account: which of them is not said',
      429: 'Too many attempts',
      503: 'Try again later',
    },
    async handle({ http, body, request }) {
      const transport = body.transport ?? http.transport;
      const signIn = readSignIn(http, request, transport);
      await countUnknownClient(http, request, 'signInClient');
      const { email, password, deviceToken = signIn.deviceToken } = body;
      const outcome = await http.auth.signInWithPassword({ ...signIn, email, password, deviceToken });
      return respondOutcome(http, transport, 200, outcome, signIn.held);
    },
  });
}
