import { AuthError } from '../../errors.js';
import type { AccountAct } from '../../flows/index.js';
import { areStorableIds } from '../../stores/storable-ids.js';
import type { UserRef } from '../../stores/user-store.js';
import type { Authenticated } from '../authenticate.js';

/**
 * The account that the path names. The tenant comes from the token, which belongs to the tenant of the request: an id alone never
 * leads into another one (ASVS 8.4.1).
 *
 * @throws `AuthError` `account_not_found` for what cannot be an id.
 */
export function userIn({ identity }: Authenticated, { id = '' }: Readonly<Record<string, string>>): UserRef {
  const userId = decodeSegment(id);
  if (userId === null || !areStorableIds(userId)) throw new AuthError('account_not_found');
  return { tenantId: identity.tenantId, userId };
}

/** The same, with who acts. */
export function actOn(sender: Authenticated, params: Readonly<Record<string, string>>): AccountAct {
  return { user: userIn(sender, params), actorId: sender.identity.userId };
}

/** A segment of a path; ids that an app brought along may hold anything. @returns `null` for what cannot be decoded. */
export function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
