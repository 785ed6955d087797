import { createAccessTokens, createKeyRing } from '@tessera-auth/core/primitives';
import { audience, issuer } from './algorithms.js';

const entries = 10_000;

/** How many bytes of heap a remembered token takes, or `'?'` where the garbage collector cannot be called. */
export async function measureCacheEntryBytes(): Promise<number | '?'> {
  if (globalThis.gc === undefined) return '?';
  const keyRing = createKeyRing({ secret: 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs' });
  const tokens = createAccessTokens({ issuer, audience, keyRing, cacheSize: entries });
  const grant = {
    subject: 'user_0123456789abcd',
    clientId: 'web',
    sessionId: 'BBBBBBBBBBBBBBBBBBBBBB',
    tenantId: 'tenant_01',
    userEpoch: 3,
    tenantEpoch: 2,
    rolesVersion: 0,
    roles: ['admin', 'editor'],
    permissions: null,
    amr: ['pwd', 'otp'],
    authTime: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
  };
  tokens.verify(tokens.issue(grant).token);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < entries; at++)
    tokens.verify(`Bearer ${tokens.issue(grant).token}`.slice('Bearer '.length));
  globalThis.gc();
  const bytes = Math.round((process.memoryUsage().heapUsed - before) / entries);
  // Used once more, or the tokens would have been collected with their verifier.
  tokens.verify(tokens.issue(grant).token);
  return bytes;
}
