import type { ZodType } from 'zod';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';

/** The methods that routes answer. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route's handler is given once its input has been checked. */
export interface RouteInput<Body = unknown, Query = unknown> {
  readonly request: HttpRequest;
  /** The checked body; `undefined` for routes that take none. */
  readonly body: Body;
  /** The checked query; `undefined` for routes that take none. */
  readonly query: Query;
  /** The segments that `:name` in the path stands for, as the client sent them: not decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** What becomes known of a route's requests besides their answers. */
export interface RouteWatch {
  /** The id of a request: the same one each time it is asked for. */
  readonly requestIdOf: (request: HttpRequest) => string;
  /** Told what a request was refused for, or what broke. Never throws. */
  readonly onRefused: (request: HttpRequest, error: unknown) => void;
}

/** One line of the route table. The bindings, the dispatcher and the OpenAPI document all read this. */
export interface Route {
  readonly method: RouteMethod;
  /** Literal, or with whole segments such as `:id`. */
  readonly path: string;
  /** What it does, in a few words, for the OpenAPI document. */
  readonly summary: string;
  /** Whether the caller must be signed in. */
  readonly isProtected: boolean;
  /** The schema of the JSON body; `null` for routes that take none. */
  readonly body: ZodType | null;
  /** The schema of the query; `null` for routes that take none. */
  readonly query: ZodType | null;
  /** Every status that it answers with, and what it means. */
  readonly answers: Readonly<Record<number, string>>;
  /** Public data that caches may keep; everything else is `no-store`. */
  readonly isCacheable: boolean;
  /** `null`: nobody is told, and the answer has an id of its own. */
  readonly watch: RouteWatch | null;
  /** Answers a request whose input has been checked. Throws `AuthError` for refusals. */
  handle(input: RouteInput): Promise<HttpResponse> | HttpResponse;
}

/** How a route is written down: what is not said takes the default. */
export interface RouteDefinition<Body, Query>
  extends Pick<Route, 'method' | 'path' | 'summary' | 'answers'>,
    Partial<Pick<Route, 'isProtected' | 'isCacheable'>> {
  readonly body?: ZodType<Body>;
  readonly query?: ZodType<Query>;
  /** Answers a request whose input has been checked. Throws `AuthError` for refusals. */
  readonly handle: (input: RouteInput<Body, Query>) => Promise<HttpResponse> | HttpResponse;
}

/** A line of the route table; the handler's input has the types of the schemas. */
export function defineRoute<Body = undefined, Query = undefined>(
  definition: RouteDefinition<Body, Query>,
): Route {
  return {
    isProtected: false,
    isCacheable: false,
    watch: null,
    ...definition,
    body: definition.body ?? null,
    query: definition.query ?? null,
    handle: definition.handle as Route['handle'],
  };
}
