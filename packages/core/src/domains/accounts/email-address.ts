import { domainToASCII } from 'node:url';

/** An e-mail address in its two forms. */
export interface EmailAddress {
  /** As written, in NFC: where mail goes. */
  readonly address: string;
  /** Lower case with the domain in punycode: what decides whether two addresses are one account. */
  readonly canonical: string;
}

const maxAddressBytes = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const maxLocalBytes = 64;
// Dot-atom only. Quoted local parts are legal and have sent mail to somebody else's mailbox (GHSA-5jpx-9hw9-2fx4).
const localPart = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The one address that `input` is, or `null`.
 *
 * Normalised to NFC first and validated after, so that nothing changes between the check and the use. One `@`, a dotted
 * domain, no comments, no quotes, no lists, no white space.
 */
export function parseEmailAddress(input: unknown): EmailAddress | null {
  if (typeof input !== 'string' || input.length > maxAddressBytes || !input.isWellFormed()) return null;
  const address = input.normalize('NFC');
  const [local, domain, ...rest] = address.split('@');
  if (local === undefined || domain === undefined || rest.length > 0) return null;
  if (!localPart.test(local) || Buffer.byteLength(local) > maxLocalBytes) return null;
  const asciiDomain = domainToASCII(domain);
  const labels = asciiDomain.split('.');
  // `domainToASCII` also accepts what merely maps to a domain, such as an address in brackets or percent signs.
  if (labels.length < 2 || !labels.every((label) => domainLabel.test(label))) return null;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return null;
  const canonical = `${local.toLowerCase().normalize('NFC')}@${asciiDomain}`;
  return Buffer.byteLength(canonical) > maxAddressBytes ? null : { address, canonical };
}
