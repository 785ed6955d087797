import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';

/** What the next refresh secret of a session follows from. */
export interface SuccessorInput {
  readonly keyId: string;
  readonly tenantId: string;
  readonly sessionId: string;
  /** The generation that the derived secret will have. */
  readonly generation: number;
  readonly presentedSecret: Uint8Array;
  /** Fresh random per rotation, so that the chain heals after a key has leaked. */
  readonly nonce: string;
}

/**
 * The secret that follows the presented one, or `null` when the key is not (or no longer) in the ring.
 *
 * Derived, not stored: a retry gets the identical successor from any node with no secret at rest, and that the result
 * has the stored hash proves that the presented token is the true predecessor.
 */
export function deriveSuccessor(keys: KeyRing, input: SuccessorInput): Buffer | null {
  const key = keys.findKey(input.keyId, 'refresh-successor');
  if (key === null) return null;
  const generation = String(input.generation);
  return hmacSha256(key, input.tenantId, input.sessionId, generation, input.presentedSecret, input.nonce);
}
