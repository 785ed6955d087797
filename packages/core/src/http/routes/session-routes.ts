import { z } from 'zod';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewSession } from '../views.js';
import { pageSchema, readPage, sessionIdForm, writeCursor } from './page-cursor.js';

/** `GET /sessions`, `DELETE /sessions/:id` and `POST /sessions/revoke-all` */
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
      answers: { 204: 'It is over', 404: 'There is no such session, or it is not the own' },
      async handle({ http, params }, { identity, credentials }) {
        const sessionId = params.id ?? '';
        await http.auth.endSession(identity, sessionId);
        const isOwnEnd = sessionId === identity.sessionId && credentials.transport !== 'bearer';
        return respondEmpty(204, { cookies: isOwnEnd ? http.cookies.clear() : [] });
      },
    }),

    defineProtectedRoute(http, {
      method: 'POST',
      path: `${basePath}/sessions/revoke-all`,
      summary: 'End all other sessions, or really all',
      body: z.strictObject({ includeCurrent: z.boolean().optional() }),
      answers: { 204: 'They are over, and their tokens are dead' },
      async handle({ http, body }, { identity, credentials }) {
        if (body.includeCurrent !== true) {
          await http.auth.signOutOthers(identity, identity.sessionId);
          return respondEmpty(204);
        }
        await http.auth.signOutEverywhere(identity);
        return respondEmpty(204, { cookies: credentials.transport === 'bearer' ? [] : http.cookies.clear() });
      },
    }),
  ];
}
