import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { respondJson } from '../response.js';
import type { Route } from '../route.js';

/** What platforms ask. */
export const healthPaths: readonly string[] = ['/healthz', '/livez', '/readyz'];

/** `GET /.well-known/jwks.json`, and the three paths that tell a platform how the process is. */
export function createWellKnownRoutes(http: HttpContext): readonly Route[] {
  const alive = (path: string, summary: string): Route =>
    defineAuthRoute(http, {
      method: 'GET',
      path,
      summary,
      answers: { 200: 'The process answers' },
      handle: () => respondJson(200, { status: 'ok' }),
    });

  return [
    defineAuthRoute(http, {
      method: 'GET',
      path: '/.well-known/jwks.json',
      summary: 'The public keys of access tokens (RFC 7517)',
      answers: { 200: 'A JSON Web Key Set; empty where tokens are signed with a shared secret' },
      isCacheable: true,
      handle: () =>
        respondJson(200, http.auth.accessTokens.jwks, {
          headers: {
            'content-type': 'application/jwk-set+json; charset=utf-8',
            'cache-control': 'public, max-age=300',
            // Public data, and verifiers on other origins need it.
            'cross-origin-resource-policy': 'cross-origin',
          },
        }),
    }),
    alive('/healthz', 'Whether the process answers'),
    alive('/livez', 'Whether the process answers'),
    defineAuthRoute(http, {
      method: 'GET',
      path: '/readyz',
      summary: 'Whether every store answers',
      answers: { 200: 'Ready for requests', 503: 'A store is away, or not all is loaded yet' },
      async handle() {
        await http.auth.ready();
        return respondJson(200, { status: 'ok' });
      },
    }),
  ];
}
