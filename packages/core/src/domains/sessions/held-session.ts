import type { KeyRing } from '../../crypto/key-ring.js';
import type { SessionRecord } from '../../stores/session-store.js';
import { writeRefreshToken } from './refresh-token.js';

/** A session and the refresh token that continues it. */
export interface HeldSession {
  readonly session: SessionRecord;
  /** `rt1_…`, 104 characters. Whoever holds it holds the session. */
  readonly refreshToken: string;
}

/** The session with the refresh token for its current secret. */
export function holdSession(keys: KeyRing, session: SessionRecord, secret: Uint8Array): HeldSession {
  const { id: sessionId, tenantId, keyId, generation } = session;
  return {
    session,
    refreshToken: writeRefreshToken(keys, tenantId, { keyId, sessionId, generation, secret }),
  };
}
