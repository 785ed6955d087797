import { createRequire, syncBuiltinESMExports } from 'node:module';
import { beforeEach } from 'vitest';

/** What the sources asked the platform's cryptography for since the test began. The real functions do the work. */
export const cryptoWatch = {
  /** Algorithm of each hash, and what went into it. */
  hashes: [] as { readonly algorithm: string; readonly input: Buffer }[],
  /** Algorithm and key of each HMAC. */
  macs: [] as { readonly algorithm: string; readonly key: Buffer }[],
  /** Each key that was derived from another one. */
  derived: [] as {
    readonly algorithm: string;
    readonly from: Buffer;
    readonly info: string;
    readonly bytes: number;
    readonly key: Buffer;
  }[],
  /** Each encryption. */
  ciphers: [] as { readonly algorithm: string; readonly key: Buffer; readonly nonce: Buffer }[],
  /** What was random. */
  random: [] as Buffer[],
  /** The lengths of what was compared in constant time. */
  compared: [] as number[],
  /** From here on there are no random numbers. */
  isRandomBroken: false,

  reset(): void {
    for (const list of ['hashes', 'macs', 'derived', 'ciphers', 'random', 'compared'] as const)
      cryptoWatch[list] = [];
    cryptoWatch.isRandomBroken = false;
  },
};

beforeEach(cryptoWatch.reset);

const platform = createRequire(import.meta.url)('node:crypto') as Record<
  string,
  (...args: never[]) => unknown
>;
const real = { ...platform };
const copyOf = (bytes: unknown): Buffer => Buffer.from(bytes as Uint8Array);

function watch(name: string, see: (args: readonly unknown[]) => void): void {
  const work = real[name];
  platform[name] = (...args: never[]) => {
    see(args);
    return work?.(...args);
  };
}

watch('hash', ([algorithm, input]) =>
  cryptoWatch.hashes.push({ algorithm: String(algorithm), input: copyOf(input) }),
);
watch('createHmac', ([algorithm, key]) =>
  cryptoWatch.macs.push({ algorithm: String(algorithm), key: copyOf(key) }),
);
watch('createCipheriv', ([algorithm, key, nonce]) =>
  cryptoWatch.ciphers.push({ algorithm: String(algorithm), key: copyOf(key), nonce: copyOf(nonce) }),
);
watch('timingSafeEqual', ([one]) => cryptoWatch.compared.push((one as Uint8Array).length));
const randomBytes = real.randomBytes as unknown as (size: number) => Buffer;
platform.randomBytes = ((size: number) => {
  if (cryptoWatch.isRandomBroken) throw new Error('no random numbers');
  const bytes = randomBytes(size);
  cryptoWatch.random.push(copyOf(bytes));
  return bytes;
}) as never;
const hkdfSync = real.hkdfSync as unknown as (...args: readonly unknown[]) => ArrayBuffer;
platform.hkdfSync = ((algorithm: string, from: Uint8Array, salt: string, info: string, bytes: number) => {
  const key = hkdfSync(algorithm, from, salt, info, bytes);
  cryptoWatch.derived.push({ algorithm, from: copyOf(from), info, bytes, key: copyOf(new Uint8Array(key)) });
  return key;
}) as never;
const createHash = real.createHash as unknown as (algorithm: string) => {
  update(data: unknown): unknown;
};
platform.createHash = ((algorithm: string) => {
  const hash = createHash(algorithm);
  const update = hash.update.bind(hash);
  hash.update = (data) => {
    cryptoWatch.hashes.push({ algorithm, input: copyOf(data) });
    return update(data);
  };
  return hash;
}) as never;
syncBuiltinESMExports();
