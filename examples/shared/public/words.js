const words = {
  credentials_missing: 'Please sign in.',
  credentials_invalid: 'The e-mail address or the password is wrong.',
  one_time_token_invalid: 'This link was used, replaced by a newer one, or has expired. Ask for another.',
  step_up_required: 'This wants a fresh proof that it is you.',
  mfa_token_invalid: 'That took too long. Sign in again.',
  mfa_code_required: 'And a code of your authenticator app, please.',
  mfa_code_invalid: 'This code is not right, or it was used before. Wait for the next one.',
  mfa_already_enabled: 'There is a second factor already.',
  mfa_not_enabled: 'There is no second factor.',
  rate_limited: 'Too many attempts. Wait a minute and try again.',
  access_token_revoked: 'You have been signed out.',
  refresh_token_invalid: 'You have been signed out.',
  refresh_token_reused: 'You have been signed out: somebody else may have used your session.',
  permission_denied: 'You are not allowed to do this.',
  csrf_refused: 'This page is out of date. Reload it and try again.',
  account_exists: 'There is an account with this address already. Sign in instead?',
  email_invalid: 'This is not an e-mail address.',
  password_too_short: 'This password is too short. Take a few words more.',
  password_too_long: 'This password is too long.',
  password_too_common: 'This password is among the first that an attacker tries. Take another.',
  account_protected: 'Nobody does this to their own account.',
  account_not_found: 'This account is gone already.',
  session_not_found: 'This session has ended already.',
  report_not_found: 'There is no such report for you to approve.',
  input_invalid: 'Something in this form is not right.',
  overloaded: 'There is too much to do right now. Try again in a moment.',
  store_unavailable: 'The system cannot reach its database. Try again in a moment: you stay signed in.',
  unreachable: 'The server does not answer. Are you online?',
};

/** What happened, for people. */
export function inWords({ code }) {
  return Object.hasOwn(words, code) ? words[code] : `That did not work (${code}).`;
}
