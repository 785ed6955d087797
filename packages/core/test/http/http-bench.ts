import {
  type AuthOptions,
  createHttpAuth,
  createMemoryAuditStore,
  definePolicy,
  type HttpAuth,
  type HttpAuthOptions,
  memoryStores,
} from '@tessera-auth/core';
import { createRouter, type HttpRequest, type HttpResponse, type Route } from '@tessera-auth/core/http';
import {
  type AuthBench,
  type AuthBenchOptions,
  createAuthBench,
  email,
  password,
  publicUrl,
} from '../auth-bench.js';

/** A request as a test writes it. */
export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** `null` takes away what a client would add by itself. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Sent as JSON, its media type included. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: unknown;
  /** Who connects. Default: `203.0.113.7`. */
  readonly remoteAddress?: string;
}

/** An answer with its body read. */
export interface Answer extends HttpResponse {
  // biome-ignore lint/suspicious/noExplicitAny: every test asserts what it reads.
  readonly json: any;
}

/** An app's authentication and its routes, without a server around them. */
export interface HttpBench extends AuthBench {
  readonly http: HttpAuth;
  send(call: Call): Promise<Answer>;
}

export interface HttpBenchOptions extends AuthBenchOptions {
  readonly http?: HttpAuthOptions;
}

/** What the app's own pages send along. */
export const ownPage = { 'sec-fetch-site': 'same-origin', origin: publicUrl } as const;

export const credentials = { email, password };

export function createHttpBench(options: HttpBenchOptions = {}): HttpBench {
  // With everything that there are routes for.
  const openStores: HttpBenchOptions['openStores'] = (clock) => ({
    ...memoryStores({ clock }),
    audit: createMemoryAuditStore(),
  });
  const bench = createAuthBench({ openStores, ...options });
  const http = createHttpAuth(bench.auth, { publishesOpenApi: true, ...options.http });
  const router = createRouter(http.routes);
  return {
    ...bench,
    http,
    async send(call) {
      const response = await router.answer(pathOf(call.url), requestOf(call));
      if (response === null) throw new Error(`no route: ${call.url}`);
      return { ...response, json: readJson(response) };
    },
  };
}

function readJson({ headers, body }: HttpResponse): unknown {
  return body === null || headers['content-type']?.includes('json') !== true ? null : JSON.parse(body);
}

/** The request as a framework would hand it over. */
export function requestOf({
  method,
  url,
  headers = {},
  json,
  body,
  remoteAddress = '203.0.113.7',
}: Call): HttpRequest {
  const text = json === undefined ? body : JSON.stringify(json);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const given = Object.entries({ ...type, ...headers }).filter(([, value]) => value !== null);
  return {
    method,
    originalUrl: url,
    headers: Object.fromEntries(given) as Record<string, string>,
    socket: { remoteAddress },
    ...(text === undefined ? {} : { body: text }),
  };
}

export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** An app whose first user, the one of {@link credentials}, administrates accounts and roles and reads the audit log. */
export const administration = {
  policy: definePolicy({ roles: { admin: { can: ['auth:users:*', 'auth:audit:read', 'auth:roles:*'] } } }),
  rolesForNewUser: ({ email: address }) => (address === email ? ['admin'] : []),
} as const satisfies Partial<AuthOptions>;

/** The route's path with something in the place of every `:name`: one for all, or one for each. */
export function exampleUrlOf(
  route: Pick<Route, 'path'>,
  segment: string | Readonly<Record<string, string>> = 'AAAAAAAAAAAAAAAAAAAAAA',
): string {
  return route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
    typeof segment === 'string' ? segment : (segment[name] ?? ''),
  );
}
