import { z } from 'zod';
import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { requireRecentProof } from '../recent-proof.js';
import { respondSignedIn } from '../respond-signed-in.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { countClient } from './count-client.js';
import { codeSchema, methodSchema, tokenSchema, transportSchema } from './schemas.js';
import { readOrigin, readSignIn } from './sign-in-request.js';

const stepUpNote = 'The proof of who it is has to be fresh: reauthenticate first';

/** What the second half of a sign-in and the owner of an account do about second factors: `/mfa/…`. */
export function createMfaRoutes(http: HttpContext, basePath: string): readonly Route[] {
  return [...createSignInRoutes(http, `${basePath}/mfa`), ...createOwnRoutes(http, `${basePath}/mfa`)];
}

/** `POST /mfa/verify`, `POST /mfa/setup` and `POST /mfa/setup/confirm`: nobody is signed in yet. */
function createSignInRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    defineAuthRoute(http, {
      method: 'POST',
      path: `${path}/verify`,
      summary: 'End a sign-in with the second factor',
      body: z.strictObject({
        mfaToken: tokenSchema,
        method: methodSchema,
        code: codeSchema,
        rememberDevice: z.boolean().optional(),
        transport: transportSchema.optional(),
      }),
      answers: {
        200: 'Signed in',
        401: 'The code is not good, or the sign-in has to be begun anew: `code` says which',
        429: 'Too many attempts',
        503: 'Try again later',
      },
      async handle({
        http,
        body: { transport = http.transport, rememberDevice = false, ...proof },
        request,
      }) {
        const signIn = readSignIn(http, request, transport);
        await countClient(http, request);
        const signedIn = await http.auth.verifySecondFactor({ ...signIn, ...proof, rememberDevice });
        return respondSignedIn(http, transport, 200, signedIn, signIn.held);
      },
    }),

    defineAuthRoute(http, {
      method: 'POST',
      path: `${path}/setup`,
      summary: 'Begin to set up a second factor in the middle of a sign-in that needs one',
      body: z.strictObject({ mfaToken: tokenSchema }),
      answers: {
        200: 'The shared key for an authenticator app, shown once',
        401: 'The sign-in has to be begun anew',
        409: 'There is a second factor already',
        429: 'Too many requests',
        503: 'Try again later',
      },
      async handle({ http, body, request }) {
        await countClient(http, request);
        return respondJson(
          200,
          await http.auth.beginSecondFactorSetup(http.tenantOf(request), body.mfaToken),
        );
      },
    }),

    defineAuthRoute(http, {
      method: 'POST',
      path: `${path}/setup/confirm`,
      summary: 'End that with a first code, and the sign-in with it',
      body: z.strictObject({
        mfaToken: tokenSchema,
        code: codeSchema,
        transport: transportSchema.optional(),
      }),
      answers: {
        200: 'Signed in; the backup codes are shown once',
        401: 'The code is not good, or the sign-in has to be begun anew: `code` says which',
        429: 'Too many attempts',
        503: 'Try again later',
      },
      async handle({ http, body: { transport = http.transport, ...setup }, request }) {
        const signIn = readSignIn(http, request, transport);
        await countClient(http, request);
        const signedIn = await http.auth.confirmSecondFactorSetup({ ...signIn, ...setup });
        const { backupCodes } = signedIn;
        return respondSignedIn(http, transport, 200, signedIn, signIn.held, { backupCodes });
      },
    }),
  ];
}

/** `GET /mfa`, `POST /mfa/totp/enroll`, `POST /mfa/totp/confirm`, `DELETE /mfa/totp` and `POST /mfa/backup-codes` */
function createOwnRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    defineProtectedRoute(http, {
      method: 'GET',
      path,
      summary: 'Whether the signed-in user has a second factor',
      answers: { 200: 'What is set up, and how many backup codes are left' },
      async handle({ http }, { identity }) {
        const { isEnabled, enabledAt, backupCodesLeft } = await http.auth.describeSecondFactor(identity);
        return respondJson(200, {
          enabled: isEnabled,
          enabledAt: enabledAt?.toISOString() ?? null,
          backupCodesLeft,
        });
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${path}/totp/enroll`,
      summary: 'Begin to set up an authenticator app; nothing changes until it is confirmed',
      answers: {
        200: 'The shared key, as text, URI and image, shown once',
        401: stepUpNote,
        409: 'There is a second factor already',
      },
      async handle({ http }, { identity }) {
        requireRecentProof(http, identity);
        return respondJson(200, await http.auth.enrollSecondFactor(identity));
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${path}/totp/confirm`,
      summary: 'End that with a first code; this session gets new tokens, all others end',
      body: z.strictObject({ code: codeSchema }),
      answers: {
        200: 'Sign-ins ask for it from now on; the backup codes are shown once',
        401: stepUpNote,
        429: 'Too many attempts',
      },
      async handle({ http, body }, { identity, credentials }) {
        requireRecentProof(http, identity);
        const signedIn = await http.auth.confirmSecondFactor({
          user: identity,
          sessionId: identity.sessionId,
          code: body.code,
        });
        const { backupCodes } = signedIn;
        return respondSignedIn(http, credentials.transport, 200, signedIn, undefined, { backupCodes });
      },
    }),

    defineProtectedRoute(http, {
      method: 'DELETE',
      path: `${path}/totp`,
      summary: 'Remove the second factor; all other sessions end',
      body: z.strictObject({ code: codeSchema, method: methodSchema.optional() }),
      answers: {
        204: 'Sign-ins do not ask for it any more',
        401: stepUpNote,
        409: 'There is no second factor',
        429: 'Too many attempts',
      },
      async handle({ http, body: { method = 'totp', code }, request }, { identity, credentials }) {
        requireRecentProof(http, identity);
        await http.auth.removeSecondFactor({
          user: identity,
          sessionId: identity.sessionId,
          proof: { method, code },
          origin: readOrigin(http, request, credentials.transport),
        });
        return respondEmpty(204, {
          cookies: credentials.transport === 'bearer' ? [] : [http.cookies.clearDevice()],
        });
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${path}/backup-codes`,
      summary: 'Other backup codes in the place of all',
      answers: { 200: 'The codes, shown once', 401: stepUpNote, 409: 'There is no second factor' },
      async handle({ http }, { identity }) {
        requireRecentProof(http, identity);
        return respondJson(200, await http.auth.renewBackupCodes(identity));
      },
    }),
  ];
}
