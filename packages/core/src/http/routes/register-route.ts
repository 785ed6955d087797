import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { respondOutcome } from '../respond-signed-in.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { countUnknownClient } from './count-client.js';
import { emailSchema, nameSchema, passwordSchema, transportSchema } from './schemas.js';
import { readSignIn } from './sign-in-request.js';

/** `POST /register` */
export function createRegisterRoute(http: HttpContext, basePath: string): Route {
  const isVerifying = http.auth.emailVerification === 'required';
  return defineAuthRoute(http, {
    method: 'POST',
    path: `${basePath}/register`,
    summary: 'Ask for an account; without verification of addresses, also sign in',
    body: z.strictObject({
      email: emailSchema,
      password: passwordSchema,
      name: nameSchema.optional(),
      transport: transportSchema.optional(),
    }),
    answers: {
      ...(isVerifying
        ? { 202: 'A mail is on its way; whether the address has an account already is not said' }
        : {
            200: 'The account exists; its owner has to set up a second factor now: go on with `mfaToken`',
            201: 'The account exists and its owner is signed in',
            409: 'An account with this address exists',
          }),
      422: 'The address or the password is not acceptable',
      429: 'Too many accounts were asked for from this network',
      503: 'Try again later',
    },
    async handle({ http, body, request }) {
      const transport = body.transport ?? http.transport;
      const signIn = readSignIn(http, request, transport);
      await countUnknownClient(http, request, 'register');
      const { email, password, name = null } = body;
      if (isVerifying) {
        await http.auth.requestAccount({ ...signIn, email, password, name });
        return respondEmpty(202);
      }
      const outcome = await http.auth.register({ ...signIn, email, password, name });
      return respondOutcome(http, transport, 201, outcome, signIn.held);
    },
  });
}
