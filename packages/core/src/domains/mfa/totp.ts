import { isEqualConstantTime } from '../../crypto/constant-time.js';

/** What every authenticator app understands: 6 digits of HMAC-SHA-1, a new code every 30 seconds (RFC 6238, ASVS 6.5.5). */
const stepSeconds = 30;

// With the first code, not with the package: most processes never see one.
const loadOtp = () => import('otplib/functional');

/** A new shared key: 160 random bits (RFC 4226 §4, R6) in base32. */
export async function createTotpSecret(): Promise<string> {
  return (await loadOtp()).generateSecret({ length: 20 });
}

/** What an authenticator reads to enrol (`otpauth://totp/…`). */
export async function writeOtpauthUri(secret: string, issuer: string, label: string): Promise<string> {
  return (await loadOtp()).generateURI({ secret, issuer, label });
}

/**
 * The time step of a code, or `null` when it is not good at this moment.
 *
 * @param allowsPrevious the step before the current one counts too, for clocks that are behind and people who type slowly
 * (RFC 6238 §5.2). A later one never does: nobody can have read it yet.
 */
export async function findTotpStep(
  secret: string,
  code: string,
  nowMs: number,
  allowsPrevious: boolean,
): Promise<number | null> {
  const { generate } = await loadOtp();
  const current = Math.floor(nowMs / 1000 / stepSeconds);
  let found: number | null = null;
  // Both, whatever the first one says, so that the time tells nothing.
  for (const step of [current - 1, current]) {
    const expected = await generate({ secret, epoch: step * stepSeconds });
    const isAllowed = step === current || allowsPrevious;
    if (isEqualConstantTime(code, expected) && isAllowed) found = step;
  }
  return found;
}
