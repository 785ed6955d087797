import type { Notice } from '@tessera-auth/core';

/** A mail as it is sent: to one address, in plain text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly kind: Notice['kind'];
  readonly at: string;
  /** The link, where there is one. A secret, like the whole mail then. */
  readonly url?: string;
  readonly token?: string;
}

const ifNotYou = 'If that was not you, choose a new password at once, and tell us.';

/** The words of every notice. */
const words: Readonly<Record<Notice['kind'], readonly [subject: string, text: string]>> = {
  email_verification: [
    'Confirm your address',
    'Open this link to make your account. If you did not ask for one, do nothing.',
  ],
  account_exists: [
    'You have an account already',
    'Somebody wanted an account with your address, or to move theirs to it. You have one: sign in, or ask for a new password.',
  ],
  password_reset: [
    'Choose a new password',
    'Open this link to choose a new password. If you did not ask for it, do nothing: the old one stays.',
  ],
  email_change: ['Confirm your new address', 'Open this link, and your account moves to this address.'],
  email_change_requested: ['Your address shall change', `A new address was asked for. ${ifNotYou}`],
  email_changed: ['Your address has changed', `Your account has moved to another address. ${ifNotYou}`],
  password_changed: ['Your password has changed', `All your other sessions have ended. ${ifNotYou}`],
  password_reset_done: ['Your password has changed', `You have been signed out everywhere. ${ifNotYou}`],
  new_device: ['A new device', `Somebody signed in from a device that we have not seen before. ${ifNotYou}`],
  second_factor_enabled: [
    'Your second factor is on',
    `From now on a sign-in asks for a code of your authenticator app. ${ifNotYou}`,
  ],
  second_factor_disabled: [
    'Your second factor is off',
    `A sign-in asks for your password only, and every other session has ended. ${ifNotYou}`,
  ],
  backup_codes_renewed: ['You have new backup codes', `The old ones open nothing any more. ${ifNotYou}`],
  backup_code_used: [
    'A backup code was used',
    `Each opens your account once. When few are left, have new ones made. ${ifNotYou}`,
  ],
  second_factor_failed: [
    'Somebody knew your password',
    `The password was right and the code of the authenticator app was not. ${ifNotYou}`,
  ],
  sign_in_locked: [
    'Somebody is guessing your password',
    'After 100 wrong ones no password opens your account from a place that is new to us. Choose a new password to sign in again.',
  ],
  role_granted: ['You have a new role', `It is in force already. ${ifNotYou}`],
  role_revoked: ['You have lost a role', 'Ask your administrator why.'],
  account_deleted: [
    'Your account is gone',
    'It was erased with all that belonged to it. If that was not you, tell us at once.',
  ],
  account_disabled: ['Your account is disabled', 'Ask your administrator why.'],
};

/** Words a notice. Nothing in it is markup, and the name stands in no header. */
export function writeMail(notice: Notice): Mail {
  const [subject, body] = words[notice.kind];
  const hello = notice.name === null ? 'Hello,' : `Hello ${notice.name},`;
  const link = 'url' in notice ? { url: notice.url, token: notice.token } : {};
  const text = [hello, body, ...('url' in notice ? [notice.url] : [])].join('\n\n');
  return { to: notice.to, subject, text, kind: notice.kind, at: notice.at.toISOString(), ...link };
}
