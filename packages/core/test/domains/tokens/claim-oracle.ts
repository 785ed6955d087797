import { z } from 'zod';
import { audience, issuer } from './token-suite.js';

// What we ask of a token beyond what jose asks, told a second time in other words and without any code under test.

const text = z.string().min(1);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = count.max(Date.UTC(9999, 11, 31, 23, 59, 59) / 1000);
const list = z.array(text);

const headerRules = z.strictObject({
  alg: text,
  typ: z.enum(['at+jwt', 'application/at+jwt']),
  kid: z.string().regex(/^[\w-]{1,128}$/),
});

const payloadRules = z
  .object({
    iss: z.literal(issuer),
    aud: z.union([z.literal(audience), list.refine((names) => names.includes(audience))]),
    sub: text,
    client_id: text,
    iat: time,
    exp: time,
    nbf: time.optional(),
    jti: text,
    sid: text,
    epoch: count,
    tenant: text.optional(),
    tenant_epoch: count.optional(),
    roles_version: count.optional(),
    roles: list,
    permissions: text.max(2048).optional(),
    amr: list,
    auth_time: time,
  })
  .refine(({ iat, exp }) => exp > iat && exp - iat <= 900);

/** The extra rule that `token` breaks, or `null`. */
export function findBrokenExtraRule(token: string, nowSeconds: number): string | null {
  if (token.length > 8192) return 'at most 8,192 characters';
  const [header, payload, signature] = token.split('.').map((part) => Buffer.from(part, 'base64url'));
  if (header === undefined || payload === undefined || signature === undefined) return 'three segments';
  const spelt = [header, payload, signature].map((part) => part.toString('base64url')).join('.');
  if (spelt !== token) return 'canonical base64url';
  const [head, claims] = [header, payload].map(readCanonicalJson);
  if (head === undefined || claims === undefined) return 'canonical JSON';
  if (!headerRules.safeParse(head).success) return 'alg, typ, kid and nothing else';
  const parsed = payloadRules.safeParse(claims);
  if (!parsed.success) return 'the claims of an access token';
  if (parsed.data.iat > nowSeconds + 5) return 'not issued in the future';
  return isTrapped(claims, 0) ? 'no traps in unknown claims' : null;
}

function readCanonicalJson(bytes: Buffer): unknown {
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(json);
    return JSON.stringify(value) === json ? value : undefined;
  } catch {
    return undefined;
  }
}

// An object below the claims may be four levels deep, counted from the claims themselves.
function isTrapped(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > 4 || Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some((member) => isTrapped(member, depth + 1));
}
