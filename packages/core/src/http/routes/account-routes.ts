import { AuthError, isAuthError } from '../../errors.js';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { requireRecentProof } from '../recent-proof.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';

const stepUpNote = 'Nobody is signed in, or the proof of who it is has to be fresh: reauthenticate first';

/** `GET /account/export` and `DELETE /account` */
export function createAccountRoutes(http: HttpContext, path: string): readonly Route[] {
  // Without a store that can delete there is no erasure.
  const isErasable = http.auth.stores.users.delete !== undefined;
  return [createExportRoute(http, path), ...(isErasable ? [createErasureRoute(http, path)] : [])];
}

function createExportRoute(http: HttpContext, path: string): Route {
  return defineProtectedRoute(http, {
    method: 'GET',
    path: `${path}/export`,
    summary: 'Everything that is stored of the signed-in user',
    answers: { 200: 'Account, sessions, second factor and what happened', 401: stepUpNote },
    async handle({ http }, { identity }) {
      requireRecentProof(http, identity);
      const exported = await http.auth.exportUser(identity);
      if (exported === null) throw new AuthError('access_token_revoked');
      const headers = { 'content-disposition': 'attachment; filename="account.json"' };
      return respondJson(200, exported, { headers });
    },
  });
}

function createErasureRoute(http: HttpContext, path: string): Route {
  return defineProtectedRoute(http, {
    method: 'DELETE',
    path,
    summary: 'Erase the own account for good, with all that belongs to it',
    answers: { 204: 'It is gone, and every session with it', 401: stepUpNote },
    async handle({ http }, { identity, credentials }) {
      requireRecentProof(http, identity);
      await http.auth.eraseUser({ user: identity, actorId: identity.userId }).catch((error: unknown) => {
        // Asked again after a failure: the account was gone, and now all the rest is.
        if (!isAuthError(error) || error.code !== 'account_not_found') throw error;
      });
      const { cookies } = http;
      return respondEmpty(204, {
        // ASVS 14.3.1: what the browser kept goes too.
        headers: { 'clear-site-data': '"cache", "cookies", "storage"' },
        cookies: credentials.transport === 'bearer' ? [] : [...cookies.clear(), cookies.clearDevice()],
      });
    },
  });
}
