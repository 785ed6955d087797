import type { Route } from '@tessera-auth/core/http';
import { z } from 'zod';

/** The smallest body that the route's own schema accepts, so that a route that is added later is tested as well. */
export function exampleBodyOf({ body }: Route): unknown {
  return body === null ? {} : exampleOf(z.toJSONSchema(body, { io: 'input' }));
}

function exampleOf(schema: z.core.JSONSchema._JSONSchema): unknown {
  if (typeof schema === 'boolean') return null;
  const { type, anyOf, required = [], properties = {}, enum: values, minLength = 0 } = schema;
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0]);
  if (values !== undefined) return values[0];
  if (type === 'string') return 'x'.repeat(Math.max(minLength, 1));
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type !== 'object') throw new Error(`example-body: no example for ${String(type)}`);
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? true)]));
}
