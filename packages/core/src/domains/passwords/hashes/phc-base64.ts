/** `bytes` as unpadded standard base64, the way PHC strings carry salts and digests. */
export function encodePhcBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

/** The bytes of canonical unpadded base64, or `null`: one digest has one spelling. */
export function decodePhcBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return encodePhcBase64(bytes) === text ? bytes : null;
}
