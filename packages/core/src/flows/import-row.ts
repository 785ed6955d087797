import { type EmailAddress, parseEmailAddress } from '../domains/accounts/index.js';
import { isSupportedHash } from '../domains/passwords/index.js';
import { areStorableIds, isStorableText } from '../stores/storable-ids.js';

/** A user of another system. */
export interface ImportedUser {
  readonly email: string;
  /** In a form of which `isSupportedHash` says so. Left out: the owner asks for a new password by mail. */
  readonly passwordHash?: string | null;
  /** 1 to 200 characters. */
  readonly name?: string | null;
  /** Default: none. */
  readonly roles?: readonly string[];
  /** Whether the other system has confirmed the address. Default `false`. */
  readonly emailVerified?: boolean;
  /** The id that the account keeps: 1 to 255 characters. Default: a fresh one. */
  readonly userId?: string;
}

/**
 * Why a row was not imported.
 *
 * - `row_malformed`: not of the expected form, or with fields that are not known.
 * - `email_invalid`, `name_invalid`, `user_id_invalid`: not acceptable.
 * - `password_hash_unsupported`: of unknown form, or too costly to compute.
 * - `role_unknown`: not a role of the app.
 * - `row_repeated`: an earlier row of the source has the address.
 * - `email_taken`: an account of another id has the address. `user_id_taken`: an account of another address has the id.
 * - `header_invalid`: of CSV: without the field of addresses, with a field twice, or with fields that are not known.
 * - `source_unreadable`: not UTF-8, or a quote that is not closed; nothing after that was read.
 */
export type ImportProblemCode =
  | 'row_malformed'
  | 'email_invalid'
  | 'name_invalid'
  | 'user_id_invalid'
  | 'password_hash_unsupported'
  | 'role_unknown'
  | 'row_repeated'
  | 'email_taken'
  | 'user_id_taken'
  | 'header_invalid'
  | 'source_unreadable';

/** What a reader gives: a row that is not looked at yet, or why there is none. */
export type SourceRow =
  | { readonly line: number; readonly user: unknown }
  | { readonly line: number; readonly problem: ImportProblemCode };

/** A row that can be imported. */
export interface CheckedRow extends Required<Omit<ImportedUser, 'email' | 'userId'>> {
  readonly email: EmailAddress;
  readonly userId: string | null;
}

const fieldNames: readonly string[] = [
  'email',
  'passwordHash',
  'name',
  'roles',
  'emailVerified',
  'userId',
] satisfies readonly (keyof ImportedUser)[];

/** The fields of {@link ImportedUser}. */
export const importedFields = fieldNames as readonly (keyof ImportedUser)[];

/** The row as it can be imported, or why it cannot. */
export function checkRow(row: unknown, isRole: (name: string) => boolean): CheckedRow | ImportProblemCode {
  if (!isWellFormed(row)) return 'row_malformed';
  const { passwordHash = null, name = null, roles = [], emailVerified = false, userId = null } = row;
  const email = parseEmailAddress(row.email);
  if (email === null) return 'email_invalid';
  if (name !== null && !isName(name)) return 'name_invalid';
  if (userId !== null && !isUserId(userId)) return 'user_id_invalid';
  if (passwordHash !== null && !isSupportedHash(passwordHash)) return 'password_hash_unsupported';
  if (!roles.every(isRole)) return 'role_unknown';
  return { email, passwordHash, name, roles: [...new Set(roles)], emailVerified, userId };
}

function isWellFormed(row: unknown): row is ImportedUser {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  if (!Object.keys(row).every((name) => fieldNames.includes(name))) return false;
  const { email, passwordHash, name, roles, emailVerified, userId } = row as Record<string, unknown>;
  return (
    typeof email === 'string' &&
    [passwordHash, name].every(
      (value) => value === undefined || value === null || typeof value === 'string',
    ) &&
    (roles === undefined || (Array.isArray(roles) && roles.every((role) => typeof role === 'string'))) &&
    (emailVerified === undefined || typeof emailVerified === 'boolean') &&
    (userId === undefined || typeof userId === 'string')
  );
}

function isName(name: string): boolean {
  return name.length >= 1 && name.length <= 200 && isStorableText(name) && !/\p{Cc}/u.test(name);
}

function isUserId(userId: string): boolean {
  return userId !== '' && areStorableIds(userId) && !/\p{Cc}/u.test(userId);
}
