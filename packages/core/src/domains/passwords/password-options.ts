import { type Duration, parseDuration } from '../../duration.js';
import { defaultMaxConcurrent, defaultMaxQueued, type HashQueueOptions } from './hash-queue.js';
import { type Argon2Parameters, isComputable } from './hashes/argon2-parameters.js';
import { maxCodePoints } from './password-text.js';

/** What may be set about passwords. Every default is safe as it is. */
export interface PasswordsOptions {
  /**
   * Fewest code points of a new password: 8 to 64. Default 15, for passwords that stand alone; 8 is for apps where every
   * account has a second factor (SP 800-63B-4 §3.1.1.2, ASVS 6.2.1).
   */
  readonly minLength?: number;
  /** Most code points of a new password: 64 to 1,024 (ASVS 6.2.9). Default 256. */
  readonly maxLength?: number;
  /**
   * Cost of new hashes. Default 19,456 KiB, 2 iterations, parallelism 1. When it rises, `verify` asks for a rehash of
   * everything cheaper; when it falls, older hashes stay as they are.
   */
  readonly argon2?: Partial<Argon2Parameters>;
  /** Accepts costs below OWASP's minimum. For tests: such hashes are cheap to guess. Default `false`. */
  readonly allowWeakArgon2?: boolean;
  /**
   * Hashes computed at once, each with its memory: 1 to 128. Default one per core, at most 3. Going higher helps only
   * together with the environment variable `UV_THREADPOOL_SIZE`.
   */
  readonly maxConcurrent?: number;
  /** Hashes that wait for their turn before callers are turned away: 0 to 10,000. Default 100. */
  readonly maxQueued?: number;
  /**
   * Words that attackers of this app try first, refused as passwords like the common ones: the product's and the
   * company's name (ASVS 6.2.11). Compared without regard to case. Default none.
   */
  readonly blocklist?: readonly string[];
  /**
   * Whether a new password is known from breaches elsewhere (ASVS 6.2.12), as a service or a list of the app's can tell. Asked
   * when an account is made and when a password is changed or reset, after all that is known here. Dangerous: it gets the
   * password itself, which must not be sent, logged or kept; the guide has an example that sends five letters of a digest.
   * `signal` is aborted when nobody waits for the answer any more. Default: nobody is asked.
   */
  readonly isBreached?: (password: string, signal: AbortSignal) => boolean | Promise<boolean>;
  /** How long `isBreached` may take: `100ms` to `30s`. Default `'3s'`. */
  readonly breachTimeout?: Duration;
  /**
   * What `isBreached` could not tell is accepted. Default `false`: then nobody gets a new password during its outage, and
   * callers get `store_unavailable`.
   */
  readonly acceptsUncheckedPasswords?: boolean;
}

/** The options with every default filled in and every bound checked. */
export interface PasswordSettings extends HashQueueOptions {
  readonly minLength: number;
  readonly maxLength: number;
  readonly argon2: Argon2Parameters;
  readonly blocklist: readonly string[];
  /** What holds words of the app, such as its host. */
  readonly contextTexts: readonly string[];
  readonly isBreached: ((password: string, signal: AbortSignal) => unknown) | null;
  readonly breachTimeoutMs: number;
  readonly acceptsUncheckedPasswords: boolean;
}

// OWASP's password storage cheat sheet, "argon2id": any of these is enough.
const owaspMinimums = [
  { memoryKiB: 47_104, iterations: 1 },
  { memoryKiB: 19_456, iterations: 2 },
  { memoryKiB: 12_288, iterations: 3 },
  { memoryKiB: 9_216, iterations: 4 },
  { memoryKiB: 7_168, iterations: 5 },
];

/** @throws `TypeError` naming the option that is out of bounds. */
export function readPasswordsOptions(
  options: PasswordsOptions,
  contextTexts: readonly string[] = [],
): PasswordSettings {
  const blocklist = options.blocklist ?? [];
  if (!Array.isArray(blocklist) || blocklist.some((word) => typeof word !== 'string' || word.trim() === '')) {
    throw new TypeError('passwords.blocklist: expected words, none of them empty');
  }
  const { isBreached = null } = options;
  if (isBreached !== null && typeof isBreached !== 'function')
    throw new TypeError('passwords.isBreached: expected a function');
  return {
    minLength: requireWhole('minLength', options.minLength ?? 15, 8, 64),
    maxLength: requireWhole('maxLength', options.maxLength ?? 256, 64, maxCodePoints),
    argon2: requireArgon2(options),
    maxConcurrent: requireWhole('maxConcurrent', options.maxConcurrent ?? defaultMaxConcurrent, 1, 128),
    maxQueued: requireWhole('maxQueued', options.maxQueued ?? defaultMaxQueued, 0, 10_000),
    blocklist,
    contextTexts,
    isBreached,
    breachTimeoutMs: parseDuration('passwords.breachTimeout', options.breachTimeout ?? '3s', {
      min: '100ms',
      max: '30s',
    }),
    acceptsUncheckedPasswords: options.acceptsUncheckedPasswords === true,
  };
}

function requireArgon2({ argon2 = {}, allowWeakArgon2 = false }: PasswordsOptions): Argon2Parameters {
  const parameters = {
    memoryKiB: requireWhole('argon2.memoryKiB', argon2.memoryKiB ?? 19_456, 8),
    iterations: requireWhole('argon2.iterations', argon2.iterations ?? 2, 1),
    parallelism: requireWhole('argon2.parallelism', argon2.parallelism ?? 1, 1),
  };
  if (!isComputable(parameters)) {
    throw new TypeError(
      'passwords.argon2: beyond 256 MiB, 2 GiB over all iterations or 16 lanes, or below 8 KiB per lane',
    );
  }
  const isEnough = owaspMinimums.some(
    (minimum) => parameters.memoryKiB >= minimum.memoryKiB && parameters.iterations >= minimum.iterations,
  );
  if (!isEnough && allowWeakArgon2 !== true) {
    throw new TypeError('passwords.argon2: weaker than OWASP advises; 19456 KiB and 2 iterations are enough');
  }
  return parameters;
}

function requireWhole(option: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new TypeError(`passwords.${option}: expected a whole number from ${min} to ${max}`);
  }
  return value;
}
