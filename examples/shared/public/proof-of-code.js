/** Six digits are of the authenticator, all else is a backup code. */
export function proofOf(code) {
  return { code, method: /^\s*\d{3}\s*\d{3}\s*$/.test(code) ? 'totp' : 'backup_code' };
}
