/**
 * A request as core reads it. Express 5's `req` and Fastify 5's `request` have this shape already, so a binding passes
 * them through; cookies and query are read by core itself, since frameworks differ in how they parse them.
 */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly originalUrl: string;
  /** Names in lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the host parsed, or the raw text or bytes; `undefined` where there was none. */
  readonly body?: unknown;
  /** The connection: who is at its other end, and whether it is encrypted. */
  readonly socket?: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean } | undefined;
}

/** The single value of a header; `null` when it is absent. Node has joined or dropped repeated ones already. */
export function findHeader(request: HttpRequest, name: string): string | null {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
}

/** Whether the method may change state, so that proof is needed that the app itself asks (RFC 9110 §9.2.1). */
export function isUnsafeMethod(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** The query of the request, decoded. */
export function readQuery(request: HttpRequest): URLSearchParams {
  const start = request.originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1));
}
