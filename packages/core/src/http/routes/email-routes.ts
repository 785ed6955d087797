import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { requireRecentProof } from '../recent-proof.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { countClient } from './count-client.js';
import { emailSchema, tokenSchema } from './schemas.js';

/** `POST /email/verify` and `POST /email/change` */
export function createEmailRoutes(http: HttpContext, basePath: string): readonly Route[] {
  return [
    defineAuthRoute(http, {
      method: 'POST',
      path: `${basePath}/email/verify`,
      summary: 'Do what the link in a mail was sent for: make the account, or change its address',
      body: z.strictObject({ token: tokenSchema }),
      answers: {
        204: 'Done',
        422: 'The link was used, replaced or has expired',
        429: 'Too many requests',
        503: 'Try again later',
      },
      async handle({ http, body, request }) {
        await countClient(http, request);
        await http.auth.verifyEmail(http.tenantOf(request), body.token);
        return respondEmpty(204);
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${basePath}/email/change`,
      summary: 'Send a link to a new address; until it is opened the old one stays',
      body: z.strictObject({ newEmail: emailSchema }),
      answers: { 202: 'If the address can be had, a link is on its way', 422: 'This is not an address' },
      async handle({ http, body }, { identity }) {
        requireRecentProof(http, identity);
        await http.auth.requestEmailChange(identity, body.newEmail);
        return respondEmpty(202);
      },
    }),
  ];
}
