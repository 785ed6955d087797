import { isStorableText } from '@tessera-auth/core/stores';

/** The longest address that mail can be sent to is shorter (RFC 5321). */
const maxAddressLength = 320;

/** Whether an address can be stored here at all. */
export function isStorableAddress(address: string): boolean {
  return address.length <= maxAddressLength && isStorableText(address);
}

/** `text` with U+FFFD for what Postgres cannot hold: for what is only shown, such as a user agent. */
export function toStorable<T extends string | null>(text: T): T {
  return (text === null ? null : text.replace(/[\0\p{Surrogate}]/gu, '\ufffd')) as T;
}
