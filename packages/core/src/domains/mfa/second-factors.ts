import { type Clock, systemClock } from '../../clock.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { createId, type Random, systemRandom } from '../../crypto/random.js';
import { createSealer } from '../../crypto/seal.js';
import type {
  SecondFactorRecord,
  SecondFactorRef,
  SecondFactorStore,
} from '../../stores/second-factor-store.js';
import type { UserRef } from '../../stores/user-store.js';
import { createBackupCodes, hashBackupCode } from './backup-codes.js';
import { createTotpSecret, findTotpStep, writeOtpauthUri } from './totp.js';

/** A way to prove the second factor. */
export type SecondFactorMethod = 'totp' | 'backup_code';

/** What somebody gives as a proof. */
export interface SecondFactorProof {
  readonly method: SecondFactorMethod;
  /** Six digits of the authenticator, or a backup code as it was shown. */
  readonly code: string;
}

/** What the owner of an account may know of the second factor. */
export interface SecondFactorState {
  /** A sign-in asks for it. */
  readonly isEnabled: boolean;
  readonly enabledAt: Date | null;
  readonly backupCodesLeft: number;
}

/** What an authenticator app is told, once. All of it is a secret. */
export interface TotpEnrollment {
  /** The shared key in base32, for those who cannot scan. */
  readonly secret: string;
  readonly otpauthUri: string;
  /** `otpauthUri` as an image: an `<svg>` element without scripts. */
  readonly qrSvg: string;
}

/** A proof that was good, and is used up. */
export interface UsedSecondFactor {
  readonly method: SecondFactorMethod;
  /** After a backup code: how many are left. */
  readonly backupCodesLeft: number | null;
}

/** The second factor of each user. Every method rejects with `store_unavailable` when the store is away. */
export interface SecondFactors {
  /** Whether there is one that sign-ins ask for, and how many backup codes are left. */
  describe(user: UserRef): Promise<SecondFactorState>;

  /**
   * Begins an enrolment, in the place of one that was not finished. Until it is confirmed nothing changes.
   *
   * @param label what the authenticator calls the account, such as its address.
   * @returns `null` when the user has a second factor.
   */
  enroll(user: UserRef, label: string): Promise<TotpEnrollment | null>;

  /** Ends an enrolment with a first code. @returns the backup codes, shown once; `null` when the code is not good. */
  confirm(user: UserRef, code: string): Promise<readonly string[] | null>;

  /** Uses a proof up, exactly once however many present it. Count the attempt before. @returns `null` when it is not good. */
  verify(user: UserRef, proof: SecondFactorProof): Promise<UsedSecondFactor | null>;

  /** Other backup codes in the place of all. @returns `null` when the user has no second factor. */
  renewBackupCodes(user: UserRef): Promise<readonly string[] | null>;

  /** Removes the second factor. @returns whether there was one that sign-ins asked for. */
  remove(user: UserRef): Promise<boolean>;
}

/** What second factors are made of. */
export interface SecondFactorsOptions {
  readonly store: SecondFactorStore;
  readonly keyRing: KeyRing;
  /** Whose code it is, as the authenticator shows it. */
  readonly issuer: string;
  /** The code before the current one is good too, once. Default `true`. */
  readonly allowsPreviousCode?: boolean;
  readonly clock?: Clock;
  /** Tests only. */
  readonly random?: Random;
}

/**
 * Second factors over a store: codes of an authenticator app (RFC 6238) and backup codes.
 *
 * Keys are sealed where they are stored, with a key from the root secret; each use seals them anew with the one that is
 * active. Who retires a root secret before that locks out whoever has not signed in since, but for their backup codes.
 */
export function createSecondFactors(options: SecondFactorsOptions): SecondFactors {
  const { store, keyRing, issuer, allowsPreviousCode = true } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const sealer = createSealer(keyRing, 'totp', random);
  const contextOf = ({ tenantId, userId, id }: SecondFactorRef) => `${tenantId}\0${userId}\0${id}`;
  const seal = (factor: SecondFactorRef, secret: string) =>
    sealer.seal(Buffer.from(secret), contextOf(factor));
  const hashAll = (user: UserRef, codes: readonly string[]): string[] =>
    codes.map((code) => hashBackupCode(user, code) ?? '');

  /** The step that a code stands for, and the key sealed anew. */
  const readCode = async (factor: SecondFactorRecord, code: string) => {
    const secret = sealer.open(factor.secret, contextOf(factor))?.toString();
    if (secret === undefined) return null;
    const digits = code.replace(/\s/g, '');
    const step = await findTotpStep(secret, digits, clock.now(), allowsPreviousCode);
    return step === null ? null : { step, secret: seal(factor, secret), commandId: createId(random) };
  };

  return {
    async describe(user) {
      const factor = await store.find(refOf(user));
      const enabledAt = factor?.confirmedAt ?? null;
      return { isEnabled: enabledAt !== null, enabledAt, backupCodesLeft: factor?.backupCodesLeft ?? 0 };
    },

    async enroll(user, label) {
      const factor = { ...refOf(user), id: createId(random) };
      const secret = await createTotpSecret();
      if (!(await store.enroll({ ...factor, secret: seal(factor, secret) }))) return null;
      const otpauthUri = await writeOtpauthUri(secret, issuer, label);
      const { renderSVG } = await import('uqr');
      return { secret, otpauthUri, qrSvg: renderSVG(otpauthUri, { ecc: 'M', border: 2 }) };
    },

    async confirm(user, code) {
      const factor = await store.find(refOf(user));
      if (factor === null || factor.confirmedAt !== null) return null;
      const read = await readCode(factor, code);
      if (read === null) return null;
      const codes = createBackupCodes(random);
      const backupCodeHashes = hashAll(user, codes);
      return (await store.confirm({ ...nameOf(factor), ...read, backupCodeHashes })) ? codes : null;
    },

    async verify(user, { method, code }) {
      const factor = await store.find(refOf(user));
      if (factor === null || factor.confirmedAt === null) return null;
      if (method === 'totp') {
        const read = await readCode(factor, code);
        const isUsed = read !== null && (await store.useStep({ ...nameOf(factor), ...read }));
        return isUsed ? { method, backupCodesLeft: null } : null;
      }
      const hash = hashBackupCode(user, code);
      if (hash === null) return null;
      const used = { ...nameOf(factor), hash, commandId: createId(random) };
      const backupCodesLeft = await store.useBackupCode(used);
      return backupCodesLeft === null ? null : { method, backupCodesLeft };
    },

    async renewBackupCodes(user) {
      const factor = await store.find(refOf(user));
      if (factor === null) return null;
      const codes = createBackupCodes(random);
      const hashes = hashAll(user, codes);
      return (await store.replaceBackupCodes({ ...nameOf(factor), hashes })) ? codes : null;
    },

    async remove(user) {
      const factor = await store.find(refOf(user));
      if (factor === null) return false;
      await store.remove(nameOf(factor));
      return factor.confirmedAt !== null;
    },
  };
}

/** Only the two ids: stores must not see whatever else a caller's object holds. */
function refOf({ tenantId, userId }: UserRef): UserRef {
  return { tenantId, userId };
}

function nameOf({ tenantId, userId, id }: SecondFactorRecord): SecondFactorRef {
  return { tenantId, userId, id };
}

/** For apps whose stores hold none: nobody has one, and nobody gets one. */
export const withoutSecondFactors: SecondFactors = {
  describe: async () => ({ isEnabled: false, enabledAt: null, backupCodesLeft: 0 }),
  enroll: async () => {
    throw new TypeError('stores.secondFactors: missing');
  },
  confirm: async () => null,
  verify: async () => null,
  renewBackupCodes: async () => null,
  remove: async () => false,
};
