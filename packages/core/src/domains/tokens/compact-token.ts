/** The longest token that is looked at, in characters: 8 kB, what common servers allow for one header line. */
export const maxTokenLength = 8192;

/** The three parts of a token in compact serialisation (RFC 7515 §7.1), still as text. */
export interface CompactToken {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** Header and payload with the dot between them. */
  readonly signingInput: string;
}

/** The parts of `token`, or `null` when it does not consist of exactly three, none of them empty. */
export function splitCompactToken(token: string): CompactToken | null {
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.indexOf('.', headerEnd + 1);
  if (headerEnd < 1 || payloadEnd < headerEnd + 2 || payloadEnd === token.length - 1) return null;
  if (token.indexOf('.', payloadEnd + 1) !== -1) return null;
  return {
    header: token.slice(0, headerEnd),
    payload: token.slice(headerEnd + 1, payloadEnd),
    signature: token.slice(payloadEnd + 1),
    signingInput: token.slice(0, payloadEnd),
  };
}
