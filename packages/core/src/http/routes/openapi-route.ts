import { defineAuthRoute } from '../auth-route.js';
import type { HttpContext } from '../http-context.js';
import { createOpenApiDocument } from '../openapi.js';
import { respondJson } from '../response.js';
import type { Route } from '../route.js';

/** `GET /openapi.json`: the document made from the very routes that are served, this one included. */
export function createOpenApiRoute(http: HttpContext, basePath: string, others: readonly Route[]): Route {
  let document: object | null = null;
  const route = defineAuthRoute(http, {
    method: 'GET',
    path: `${basePath}/openapi.json`,
    summary: 'This document',
    answers: { 200: 'OpenAPI 3.1' },
    isCacheable: true,
    handle() {
      document ??= createOpenApiDocument([...others, route], {
        title: 'Authentication',
        serverUrl: http.auth.publicUrl,
      });
      return respondJson(200, document, { headers: { 'cache-control': 'public, max-age=300' } });
    },
  });
  return route;
}
