import { type ZodType, z } from 'zod';
import { createId } from '../crypto/random.js';
import { AuthError, type FieldError, isAuthError } from '../errors.js';
import { originVary } from './check-origin.js';
import { baselineHeaders } from './headers.js';
import { respondProblem } from './problem.js';
import { findHeader, type HttpRequest, isUnsafeMethod, readQuery } from './request.js';
import type { HttpResponse } from './response.js';
import type { Route } from './route.js';
import { readJsonBody } from './strict-json.js';

/**
 * The largest body that a route accepts, in bytes. A binding reads one byte more than this at most and hands over what
 * it has; the refusal happens here.
 */
export const maxBodyBytes = 64 * 1024;

/** The body of a route that takes none: it may be left out or be `{}`. */
const noMembers = z.strictObject({});

// What must never stand in a URL, where logs, histories and `Referer` keep it (ASVS 14.2.1).
const secretParameters = [
  'access_token',
  'refresh_token',
  'accessToken',
  'refreshToken',
  'token',
  'password',
];

/**
 * The answer of one route: the rules that all routes share, then its handler.
 *
 * Refusals and outages become `application/problem+json`. Anything else is a bug and rejects, for the host's own
 * error handler.
 */
export async function answerRoute(
  route: Route,
  params: Readonly<Record<string, string>>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const requestId = requestIdFor(route, request);
  const headers = { ...originVary(request), 'x-request-id': requestId };
  try {
    const query = readQuery(request);
    requirePlainRequest(request, query);
    const response = await route.handle({
      request,
      params,
      body: readBody(route, request),
      query: readInput(route.query, Object.fromEntries(requireSingle(query))),
    });
    const caching = route.isCacheable ? {} : { 'cache-control': 'no-store' };
    return { ...response, headers: { ...baselineHeaders, ...caching, ...headers, ...response.headers } };
  } catch (error) {
    route.watch?.onRefused(request, error);
    if (isAuthError(error)) return respondProblem(error, requestId, { headers });
    throw error;
  }
}

/** The id of a request for the route. */
export function requestIdFor(route: Route | undefined, request: HttpRequest): string {
  return route?.watch?.requestIdOf(request) ?? createId();
}

/** Nothing in the request may say that it is something else than it looks. */
function requirePlainRequest(request: HttpRequest, query: URLSearchParams): void {
  const override = ['x-http-method-override', 'x-http-method', 'x-method-override'];
  if (override.some((name) => findHeader(request, name) !== null))
    throw new AuthError('method_override_refused');
  if (query.has('_method')) throw new AuthError('method_override_refused');
  requireNoSecrets(query);
}

/** @throws `AuthError` `token_in_url`. */
export function requireNoSecrets(query: URLSearchParams): void {
  if (secretParameters.some((name) => query.has(name))) throw new AuthError('token_in_url');
}

function readBody(route: Route, request: HttpRequest): unknown {
  if (isTooLarge(request)) throw new AuthError('body_too_large');
  if (route.body === null && !isUnsafeMethod(request.method)) return undefined;
  const schema = route.body ?? noMembers;
  const contentType = findHeader(request, 'content-type');
  const isEmpty = isEmptyBody(request);
  if (isEmpty && contentType === null && schema.safeParse({}).success) return {};
  // Checked before anything is done: the simple types are what a foreign page can send without asking.
  if (!isJson(contentType)) throw new AuthError('media_type_unsupported');
  return readInput(schema, isEmpty ? {} : readJsonBody(request.body));
}

function isTooLarge({ body, headers }: HttpRequest): boolean {
  if (typeof body === 'string') return Buffer.byteLength(body) > maxBodyBytes;
  if (body instanceof Uint8Array) return body.length > maxBodyBytes;
  return Number(headers['content-length'] ?? 0) > maxBodyBytes;
}

function isEmptyBody({ body, headers }: HttpRequest): boolean {
  if (body === undefined || body === null) return true;
  if (typeof body === 'string' || body instanceof Uint8Array) return body.length === 0;
  // Some parsers make `{}` of a body that is not there.
  const isAbsent = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return isAbsent && Object.keys(body).length === 0;
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(contentType);
}

/** A parameter that is there twice means one thing to us and another to the next reader. */
function requireSingle(query: URLSearchParams): URLSearchParams {
  const names = [...query.keys()];
  if (new Set(names).size < names.length) throw new AuthError('input_invalid');
  return query;
}

/** @throws `AuthError` `input_invalid` with the place and rule of each fault, and never the value. */
function readInput(schema: ZodType | null, input: unknown): unknown {
  if (schema === null) return undefined;
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fields = result.error.issues.flatMap(({ path, code, ...issue }): FieldError[] => {
    const pointer = path
      .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('');
    // The names of unknown members are input too, but the sender's own, and what they need to hear.
    if (code === 'unrecognized_keys') return [{ pointer, detail: 'has members that are not known here' }];
    return [{ pointer, detail: detailOf(code, 'expected' in issue ? String(issue.expected) : null) }];
  });
  throw new AuthError('input_invalid', { fields });
}

function detailOf(code: string, expected: string | null): string {
  switch (code) {
    case 'invalid_type':
      return expected === null ? 'has the wrong type' : `must be of type ${expected}`;
    case 'too_small':
      return 'is too short or too small';
    case 'too_big':
      return 'is too long or too large';
    case 'invalid_value':
      return 'is not one of the allowed values';
    default:
      return 'does not have the expected form';
  }
}
