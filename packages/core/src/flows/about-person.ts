import type { UserRecord } from '../stores/user-store.js';

/** What a guesser knows of somebody and tries as a password: the words in address and name. */
export function aboutPerson({ email, name }: Pick<UserRecord, 'email' | 'name'>): readonly string[] {
  return name === null ? [email] : [email, name];
}
