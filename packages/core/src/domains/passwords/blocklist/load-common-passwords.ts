import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

const decompress = promisify(brotliDecompress);

/**
 * The bundled common passwords, about 52,000: lower case, 5 characters or more.
 *
 * They come from a chunk of their own that nobody loads who only signs people in; unpacked they take a few megabytes.
 */
export async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { commonPasswords } = await import('./common-passwords.generated.js');
  const text = await decompress(Buffer.from(commonPasswords, 'base64'));
  return new Set(text.toString().split('\n'));
}
