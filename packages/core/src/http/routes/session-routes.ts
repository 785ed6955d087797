import { z } from 'zod';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { requireRecentProof } from '../recent-proof.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewSession } from '../views.js';
import { pageSchema, readPage, sessionIdForm, writeCursor } from './page-cursor.js';

const stepUpNote =
  'Nobody is signed in, or to end other sessions the proof of who it is has to be fresh: reauthenticate first';

/**
 * `GET /sessions`, `DELETE /sessions/:id` and `POST /sessions/revoke-all`
 *
 * Ending other sessions and keeping this one wants a fresh proof (ASVS 7.5.2): a thief with a stolen session would lock the
 * owner out of theirs. What ends this session too never does: whoever panics must get out, and a thief who does it is out
 * as well.
 */
export function createSessionRoutes(http: HttpContext, basePath: string): readonly Route[] {
  return [
    defineProtectedRoute(http, {
      method: 'GET',
      path: `${basePath}/sessions`,
      summary: 'Where the signed-in user is signed in, newest first',
      query: pageSchema,
      answers: {
        200: 'A page of sessions; `next` is the cursor of the following one',
        422: 'The cursor is not one of ours',
      },
      async handle({ http, query }, { identity }) {
        const page = await http.auth.listSessions(identity, readPage(query, sessionIdForm));
        return respondJson(200, {
          sessions: page.sessions.map((session) => viewSession(session, identity.sessionId)),
          next: page.next === null ? null : writeCursor(page.next),
        });
      },
    }),

    defineProtectedRoute(http, {
      method: 'DELETE',
      path: `${basePath}/sessions/:id`,
      summary: 'End one of the own sessions',
      answers: {
        204: 'It is over',
        401: stepUpNote,
        404: 'There is no such session, or it is not the own',
      },
      async handle({ http, params }, { identity, credentials }) {
        const sessionId = params.id ?? '';
        const isCurrent = sessionId === identity.sessionId;
        // Before the session is looked for: without a proof all ids look the same.
        if (!isCurrent) requireRecentProof(http, identity);
        await http.auth.endSession(identity, sessionId);
        const holdsCookies = isCurrent && credentials.transport !== 'bearer';
        return respondEmpty(204, { cookies: holdsCookies ? http.cookies.clear() : [] });
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${basePath}/sessions/revoke-all`,
      summary: 'End all other sessions, or really all',
      body: z.strictObject({ includeCurrent: z.boolean().optional() }),
      answers: { 204: 'They are over, and their tokens are dead', 401: stepUpNote },
      async handle({ http, body }, { identity, credentials }) {
        if (body.includeCurrent !== true) {
          requireRecentProof(http, identity);
          await http.auth.signOutOthers(identity, identity.sessionId);
          return respondEmpty(204);
        }
        await http.auth.signOutEverywhere(identity);
        return respondEmpty(204, { cookies: credentials.transport === 'bearer' ? [] : http.cookies.clear() });
      },
    }),
  ];
}
