import { z } from 'zod';
import { definePolicy, type Policy } from '../../domains/authorization/index.js';
import type { Guard, Identity } from '../../http/guard.js';
import { decisionsOf } from '../../http/identity.js';
import { permissionDenied } from '../../http/permission-denied.js';
import { respondEmpty, respondJson } from '../../http/response.js';
import { defineRoute, type Route } from '../../http/route.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] } },
  roles: { reader: { can: ['reports:read'] } },
});

/** An identity that only its user id tells from others. */
export function identityOf(userId: string): Identity {
  const principal = policy.principal({ userId, roles: ['reader'] });
  return {
    tenantId: '',
    userId,
    sessionId: `session of ${userId}`,
    roles: [],
    amr: ['pwd'],
    authTime: new Date('2030-01-02T03:04:05.678Z'),
    ...decisionsOf(policy as unknown as Policy, principal, (permission) => {
      throw permissionDenied(policy as unknown as Policy, principal, [permission]);
    }),
  };
}

/** A guard that lets everybody through as this user, at once. */
export function allowing(userId: string, cookies: readonly string[] = []): Guard {
  const identity = identityOf(userId);
  return () => ({ isAllowed: true, identity, cookies });
}

/** A guard that lets nobody through, at once, with an answer that no framework would give by itself. */
export const refusing: Guard = () => ({
  isAllowed: false,
  response: respondJson(
    403,
    { refused: true },
    {
      headers: { 'content-type': 'application/problem+json; charset=utf-8', 'x-reason': 'guard' },
      cookies: ['access=; Max-Age=0', 'refresh=; Max-Age=0'],
    },
  ),
});

/** The same guard, answering with a promise and not before the next turn of the event loop. */
export function later(guard: Guard): Guard {
  return async (request) => {
    await new Promise((resolve) => setImmediate(resolve));
    return guard(request);
  };
}

/** A table with one route that takes a body, and a record of the texts that reached its handler. */
export interface EchoTable {
  readonly routes: readonly Route[];
  readonly received: string[];
}

/** `POST /auth/echo` with `{ text }` answers `{ text }`. */
export function createEchoTable(): EchoTable {
  const received: string[] = [];
  return {
    received,
    routes: [
      defineRoute({
        method: 'POST',
        path: '/auth/echo',
        summary: 'Says it again.',
        answers: { 200: 'The same text.' },
        body: z.strictObject({ text: z.string() }),
        handle({ body: { text } }) {
          received.push(text);
          return respondJson(200, { text });
        },
      }),
    ],
  };
}

/** Routes without bodies: `GET` and `DELETE /auth/items/:id`, `POST /auth/leave` with two cookies, `GET /auth/broken`. */
export const plainRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/auth/items/:id',
    summary: 'Shows its input.',
    answers: { 200: 'The input.' },
    handle: ({ params, request }) =>
      respondJson(
        200,
        { id: params.id, originalUrl: request.originalUrl, ip: request.socket?.remoteAddress },
        { headers: { 'content-type': 'application/vnd.item+json', 'x-item': 'yes' } },
      ),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/auth/items/:id',
    summary: 'Deletes nothing.',
    answers: { 204: 'Done.' },
    handle: () => respondEmpty(204),
  }),
  defineRoute({
    method: 'POST',
    path: '/auth/leave',
    summary: 'Clears two cookies.',
    answers: { 204: 'Done.' },
    handle: () => respondEmpty(204, { cookies: ['access=; Max-Age=0', 'refresh=; Max-Age=0'] }),
  }),
  defineRoute({
    method: 'GET',
    path: '/auth/broken',
    summary: 'Has a bug.',
    answers: {},
    handle() {
      throw new Error('route broke');
    },
  }),
];

/** A JSON request to {@link createEchoTable}. */
export function echoRequest(text: string, path = '/auth/echo') {
  return { ...jsonRequest(path), body: JSON.stringify({ text }) };
}

/** The head of a JSON request. */
export function jsonRequest(path = '/auth/echo') {
  return { method: 'POST', path, headers: { 'content-type': 'application/json' } };
}
