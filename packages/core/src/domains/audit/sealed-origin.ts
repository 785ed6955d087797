import type { KeyRing } from '../../crypto/key-ring.js';
import { saltKeys } from '../../crypto/salted-keys.js';
import { createSealer, type Sealer } from '../../crypto/seal.js';
import type { EventOrigin } from '../../events.js';

/** The entry that an address and a browser belong to. */
export interface OriginPlace {
  readonly tenantId: string;
  readonly id: string;
  /** The salt of whoever made the request; `null` where nobody is known. */
  readonly salt: string | null;
}

/** Apps may hand in headers of any length, and an entry is kept for long. */
const maxUserAgentLength = 512;

/** What is known of nobody's request, and of one that cannot be read. */
export const unknownOrigin: EventOrigin = { ip: null, userAgent: null };

/**
 * Address and browser for the entry, as base64url: encrypted, and good in no other entry. The key is made of the root secret and
 * the salt, so with the salt the address goes, and the chain stays as it is.
 *
 * @returns `null` where neither is known.
 */
export function sealOrigin(
  keyRing: KeyRing,
  place: OriginPlace,
  { ip, userAgent }: EventOrigin,
): string | null {
  if (ip === null && userAgent === null) return null;
  const shown = { ip, userAgent: userAgent?.slice(0, maxUserAgentLength) ?? null };
  const plain = Buffer.from(JSON.stringify(shown));
  return sealerFor(keyRing, place).seal(plain, contextOf(place));
}

/** What was sealed for the entry; {@link unknownOrigin} where it was changed or moved, or the root secret is not listed any more. */
export function openOrigin(keyRing: KeyRing, place: OriginPlace, sealed: string): EventOrigin {
  const plain = sealerFor(keyRing, place).open(sealed, contextOf(place));
  if (plain === null) return unknownOrigin;
  const { ip, userAgent } = JSON.parse(plain.toString()) as EventOrigin;
  return { ip, userAgent };
}

function sealerFor(keyRing: KeyRing, { salt }: OriginPlace): Sealer {
  const keys = saltKeys(keyRing, salt ?? '');
  return createSealer(keys, 'audit-origin');
}

function contextOf({ tenantId, id }: OriginPlace): string {
  return `${tenantId}\0${id}`;
}
