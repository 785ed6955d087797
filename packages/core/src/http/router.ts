import { answerRoute, requestIdFor } from './answer-route.js';
import { respondMethodNotAllowed } from './problem.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';
import type { Route } from './route.js';

/** Finds the route of a request and answers it: all that a binding needs. */
export interface Router {
  /** Each path of the table once, for frameworks that route by themselves. */
  readonly paths: readonly string[];
  /** Whether some route has this path, whatever its method. Compared as it stands: no decoding, no folding. */
  hasPath(path: string): boolean;
  /**
   * The answer to a request for `path`: a route's own, or 405 with `Allow`; `null` where no route has that path. It
   * rejects only for what is a bug, which is the host's error handler's business.
   */
  answer(path: string, request: HttpRequest): Promise<HttpResponse | null>;
}

interface RouteGroup {
  readonly segments: readonly string[];
  readonly routes: Map<string, Route>;
}

/**
 * A router over a route table.
 *
 * @throws `TypeError` when two routes have the same method and path.
 */
export function createRouter(routes: readonly Route[]): Router {
  const groups = new Map<string, RouteGroup>();
  for (const route of routes) {
    const group = groups.get(route.path) ?? { segments: route.path.split('/'), routes: new Map() };
    if (group.routes.has(route.method))
      throw new TypeError(`routes: ${route.method} ${route.path} is there twice`);
    group.routes.set(route.method, route);
    groups.set(route.path, group);
  }

  const find = (path: string): { group: RouteGroup; params: Record<string, string> } | null => {
    const literal = groups.get(path);
    if (literal !== undefined) return { group: literal, params: {} };
    const segments = path.split('/');
    for (const group of groups.values()) {
      const params = matchSegments(group.segments, segments);
      if (params !== null) return { group, params };
    }
    return null;
  };

  return {
    paths: [...groups.keys()],

    hasPath: (path) => find(path) !== null,

    async answer(path, request) {
      const found = find(path);
      if (found === null) return null;
      // HEAD is GET without the body, which the server leaves out (RFC 9110 §9.3.2).
      const { routes: methods } = found.group;
      const route = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
      if (route !== undefined) return answerRoute(route, found.params, request);
      const [other] = methods.values();
      return respondMethodNotAllowed([...methods.keys()], requestIdFor(other, request));
    },
  };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (wanted.startsWith(':') && segment !== '') params[wanted.slice(1)] = segment;
    else if (wanted !== segment) return null;
  }
  return params;
}
