import type { DistributiveOmit } from './distributive-omit.js';

/**
 * A message to a person. The app words it, in the language of `name` and address, and sends it to `to`: one address, strictly
 * parsed, which must reach the mailer as a whole and never within a list.
 *
 * - `email_verification`: somebody wants an account with this address. `url` confirms it.
 * - `account_exists`: somebody wanted an account with this address, which has one.
 * - `password_reset`: somebody wants a new password. `url` leads to where it is chosen.
 * - `email_change`: the address of the account shall be this one. `url` confirms it.
 * - `email_change_requested`, `email_changed`: to the old address.
 * - `second_factor_failed`: the password was right and the code was not. Whoever it was knows the password.
 * - `sign_in_locked`: after 100 wrong passwords in a row none opens the account any more, except where its owner is signed in.
 *   A new password, by link, opens it again.
 * - all others: something about the account has changed; whoever did not do it has to act.
 */
export type Notice = {
  readonly at: Date;
  readonly tenantId: string;
  /** Where it goes. */
  readonly to: string;
  /** What the person is called, or `null`. */
  readonly name: string | null;
} & (
  | LinkNotice<'email_verification' | 'password_reset' | 'email_change'>
  | { readonly kind: 'account_exists' }
  | { readonly kind: 'email_change_requested' | 'email_changed' }
  | { readonly kind: 'password_changed' | 'password_reset_done' }
  | {
      readonly kind: 'new_device';
      readonly ip: string | null;
      readonly browser: string | null;
      readonly os: string | null;
    }
  | { readonly kind: 'second_factor_enabled' | 'second_factor_disabled' | 'backup_codes_renewed' }
  | { readonly kind: 'backup_code_used'; readonly backupCodesLeft: number }
  | { readonly kind: 'second_factor_failed'; readonly ip: string | null }
  | { readonly kind: 'sign_in_locked' }
  | { readonly kind: 'role_granted' | 'role_revoked'; readonly role: string }
  | { readonly kind: 'account_disabled' | 'account_deleted' }
);

interface LinkNotice<Kind extends string> {
  readonly kind: Kind;
  /** Where the person goes on: below `publicUrl`, with the token behind `#`, which no server and no `Referer` ever sees. */
  readonly url: string;
  /** What the app's page sends in a body. A secret: it belongs into this message and nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** A notice before its instant is known. */
export type NewNotice = DistributiveOmit<Notice, 'at'>;

/** Sends a notice. What it throws or rejects with goes to `onEventError`, and never to the user. */
export type Notify = (notice: Notice) => void | Promise<void>;
