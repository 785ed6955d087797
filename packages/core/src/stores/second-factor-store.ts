import type { DescribedStore } from './store-traits.js';
import type { UserRef } from './user-store.js';

/** The second factor of one user: an authenticator app, with backup codes for the day it is lost. */
export interface SecondFactorRecord extends UserRef {
  /** Random per enrolment, so that a command about an older one changes nothing. 22 characters of base64url. */
  readonly id: string;
  /** The shared key of the authenticator, sealed by the caller: up to 1,024 characters. */
  readonly secret: string;
  readonly createdAt: Date;
  /** When the user proved that the authenticator works, or `null`: until then it counts for nothing. */
  readonly confirmedAt: Date | null;
  /** The last time step (RFC 6238) of which a code was used; none of it or an older one is good again. */
  readonly lastStep: number;
  /** How many backup codes are unused. */
  readonly backupCodesLeft: number;
}

/** Names one enrolment of one user. */
export interface SecondFactorRef extends UserRef {
  readonly id: string;
}

/** Begins an enrolment. */
export interface EnrollCommand extends SecondFactorRef {
  readonly secret: string;
}

/** Uses a code of the authenticator. */
export interface UseStepCommand extends SecondFactorRef {
  /** The time step of the code: a whole number, below 2^53. */
  readonly step: number;
  /** The key as it shall be kept from now on: the same one, sealed with the key that seals now. */
  readonly secret: string;
  /** Random per call, so that the same command run twice (a driver that resends) gets the same answer twice. */
  readonly commandId: string;
}

/** Ends an enrolment: the authenticator has proved that it works. */
export interface ConfirmCommand extends UseStepCommand {
  /** SHA-256 of each backup code, 43 characters of base64url. */
  readonly backupCodeHashes: readonly string[];
}

/** Uses a backup code. */
export interface UseBackupCodeCommand extends SecondFactorRef {
  readonly hash: string;
  /** As in {@link UseStepCommand}. */
  readonly commandId: string;
}

/** Gives a user other backup codes. */
export interface ReplaceBackupCodesCommand extends SecondFactorRef {
  readonly hashes: readonly string[];
}

/**
 * Holds one second factor per user.
 *
 * - Missing, of another user, or another `id` than the current one: `false` or `null`, and nothing changes.
 * - Two callers at once: a step is used once, a backup code is used once, and of two sets of backup codes one is in force.
 * - The same command twice in a row equals once, in state and in answer.
 * - Time: the store's own clock decides. Instants have milliseconds.
 */
export interface SecondFactorStore extends DescribedStore {
  /** The user's factor, confirmed or not, or `null`. */
  find(user: UserRef): Promise<SecondFactorRecord | null>;

  /** Begins an enrolment in the place of an unconfirmed one. @returns `false` when the user has a confirmed factor. */
  enroll(command: EnrollCommand): Promise<boolean>;

  /** Confirms the factor, with its first step used. @returns `false` unless it was waiting for that. */
  confirm(command: ConfirmCommand): Promise<boolean>;

  /** Uses a step that is later than the last one. @returns whether it was, of a confirmed factor. */
  useStep(command: UseStepCommand): Promise<boolean>;

  /** Uses a backup code of a confirmed factor. @returns how many are left, or `null` when it is none or was used. */
  useBackupCode(command: UseBackupCodeCommand): Promise<number | null>;

  /** Puts other codes in the place of all backup codes of a confirmed factor. @returns whether there is one. */
  replaceBackupCodes(command: ReplaceBackupCodesCommand): Promise<boolean>;

  /** Removes the factor with its backup codes. Nothing happens when it is gone already. */
  remove(factor: SecondFactorRef): Promise<void>;
}
