import { domainToASCII, domainToUnicode } from 'node:url';

/** An e-mail address in its two forms. */
export interface EmailAddress {
  /** As written, in NFC, but for letters of the domain that stand for others: where mail goes. */
  readonly address: string;
  /** Lower case with the domain in punycode: what decides whether two addresses are one account. */
  readonly canonical: string;
}

const maxAddressBytes = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const maxLocalBytes = 64;
// Dot-atom only. Quoted local parts are legal and have sent mail to somebody else's mailbox (GHSA-5jpx-9hw9-2fx4).
const localPart = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
// `domainToASCII` reads like a URL: by itself it drops line breaks, undoes percent signs and stops at a slash, so that
// `boss@example.com/`, with header lines of mail behind it, would be the boss.
const domainName = /^[\p{L}\p{N}\p{M}.-]+$/u;
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The one address that `input` is, or `null`.
 *
 * Normalised first and validated after, so that nothing changes between the check and the use. One `@`, a dotted domain,
 * no comments, no quotes, no lists, no white space, nothing that cannot be seen.
 */
export function parseEmailAddress(input: unknown): EmailAddress | null {
  if (typeof input !== 'string' || input.length > maxAddressBytes || !input.isWellFormed()) return null;
  const [local, domain, ...rest] = input.normalize('NFC').split('@');
  if (local === undefined || domain === undefined || rest.length > 0) return null;
  if (!localPart.test(local) || Buffer.byteLength(local) > maxLocalBytes) return null;
  // Some marks and letters show nothing: they would make a second account that looks like the first.
  if (/\p{Default_Ignorable_Code_Point}/u.test(local) || !domainName.test(domain)) return null;
  const asciiDomain = domainToASCII(domain);
  const labels = asciiDomain.split('.');
  if (labels.length < 2 || !labels.every((label) => domainLabel.test(label))) return null;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return null;
  const canonical = `${local.toLowerCase().normalize('NFC')}@${asciiDomain}`;
  if (Buffer.byteLength(canonical) > maxAddressBytes) return null;
  // A mailer that encodes the domain once more, by rules of its own, must get the same one.
  const isPlain = /^[A-Za-z0-9.-]+$/.test(domain);
  return { address: `${local}@${isPlain ? domain : domainToUnicode(asciiDomain)}`, canonical };
}
