import { z } from 'zod';
import type { Route } from './route.js';

/** What an OpenAPI document says besides its routes. */
export interface OpenApiInfo {
  readonly title: string;
  /** Where the routes are served, such as `https://app.example.com`. */
  readonly serverUrl: string;
}

/** The OpenAPI 3.1 document of a route table, also of a selection of it or with the app's own routes. */
export function createOpenApiDocument(routes: readonly Route[], info: OpenApiInfo): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: '1' },
    servers: [{ url: info.serverUrl }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-access' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function describeOperation(route: Route): object {
  const parameters = [...describePathParameters(route), ...describeQueryParameters(route)];
  const isUnsafe = route.method !== 'GET';
  return {
    summary: route.summary,
    ...(route.isProtected
      ? { security: [{ bearer: [] }, isUnsafe ? { cookie: [], csrf: [] } : { cookie: [] }] }
      : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: toSchema(route.body) } } },
        }),
    responses: Object.fromEntries(
      Object.entries({ ...listSharedAnswers(route), ...route.answers }).map(([status, description]) => [
        status,
        describeAnswer(status, description),
      ]),
    ),
  };
}

/** What the rules that all routes share answer, before a handler runs. */
function listSharedAnswers({ method }: Route): Record<number, string> {
  const refusals = {
    400: 'The request is ambiguous or malformed',
    422: 'The input is not acceptable; `errors` says where',
  };
  return method === 'GET'
    ? refusals
    : { ...refusals, 413: 'The body is too large', 415: 'The body is not JSON' };
}

function describePathParameters(route: Route): object[] {
  return [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function describeQueryParameters(route: Route): object[] {
  if (route.query === null) return [];
  const { properties = {}, required = [] } = toSchema(route.query);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function describeAnswer(status: string, description: string): object {
  if (Number(status) < 400) return { description };
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/problem+json': { schema } } };
}

function toSchema(schema: z.ZodType) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** RFC 9457. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; branch on this' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
} as const;
