import { isEqualConstantTime } from '../../../crypto/constant-time.js';
import type { Random } from '../../../crypto/random.js';
import { type Argon2Parameters, isComputable } from './argon2-parameters.js';
import { decodePhcBase64, encodePhcBase64 } from './phc-base64.js';
import type { StoredHash } from './stored-hash.js';

interface Argon2Input extends Argon2Parameters {
  readonly variant: keyof typeof variants;
  readonly version: keyof typeof versions;
  readonly salt: Uint8Array;
  readonly digestBytes: number;
}

// The numbers of @node-rs/argon2's ambient const enums, which have no value at run time.
const variants = { argon2d: 0, argon2i: 1, argon2id: 2 } as const;
const versions = { '16': 0, '19': 1 } as const;

const saltBytes = 16;
const digestBytes = 32;

// A digest of fewer than 22 characters, 16 bytes, could match a wrong password by chance.
const form =
  /^\$(argon2id|argon2i|argon2d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,6}),t=([1-9]\d{0,6}),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** A new argon2id hash (RFC 9106) as a PHC string with 128 bits of salt and 256 of digest. */
export async function hashWithArgon2(
  password: string,
  parameters: Argon2Parameters,
  random: Random,
): Promise<string> {
  const salt = random.bytes(saltBytes);
  const digest = await compute(password, {
    ...parameters,
    variant: 'argon2id',
    version: '19',
    salt,
    digestBytes,
  });
  const { memoryKiB, iterations, parallelism } = parameters;
  return `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$${encodePhcBase64(salt)}$${encodePhcBase64(digest)}`;
}

/** A hash of nothing: checking against it costs what checking against a real one does. The caller ignores the answer. */
export function createDecoyHash(parameters: Argon2Parameters): StoredHash {
  const salt = new Uint8Array(saltBytes);
  return createStoredHash(
    { ...parameters, variant: 'argon2id', version: '19', salt, digestBytes },
    new Uint8Array(digestBytes),
  );
}

/** The argon2 hash in `text`, or `null` when it is none, malformed, or too costly to compute. */
export function parseArgon2(text: string): StoredHash | null {
  const [, variant, version, memory, iterations, parallelism, saltText, digestText] = form.exec(text) ?? [];
  if (saltText === undefined || digestText === undefined) return null;
  const salt = decodePhcBase64(saltText);
  const digest = decodePhcBase64(digestText);
  if (salt === null || digest === null) return null;
  const input: Argon2Input = {
    variant: variant as keyof typeof variants,
    // Strings from before version 19 do not name their version.
    version: version === '19' ? '19' : '16',
    memoryKiB: Number(memory),
    iterations: Number(iterations),
    parallelism: Number(parallelism),
    salt,
    digestBytes: digest.length,
  };
  return isComputable(input) ? createStoredHash(input, digest) : null;
}

function createStoredHash(input: Argon2Input, digest: Uint8Array): StoredHash {
  return {
    canHold: () => true,
    isHashOf: async (password) => isEqualConstantTime(await compute(password, input), digest),
    isWeakerThan: (wanted) =>
      input.variant !== 'argon2id' ||
      input.version !== '19' ||
      input.memoryKiB < wanted.memoryKiB ||
      input.iterations < wanted.iterations ||
      input.parallelism < wanted.parallelism ||
      input.salt.length < saltBytes ||
      input.digestBytes < digestBytes,
  };
}

async function compute(password: string, input: Argon2Input): Promise<Uint8Array> {
  // Native code, loaded by the first hash and not by everyone who imports this package.
  const { hashRaw } = await import('@node-rs/argon2');
  return hashRaw(password, {
    algorithm: variants[input.variant],
    version: versions[input.version],
    memoryCost: input.memoryKiB,
    timeCost: input.iterations,
    parallelism: input.parallelism,
    outputLen: input.digestBytes,
    salt: input.salt,
  });
}
