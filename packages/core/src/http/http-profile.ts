import { type ProfileName, profiles, refuseWeaker } from '../create-auth/profiles.js';
import { parseDuration } from '../duration.js';
import type { HttpAuthOptions } from './http-auth-options.js';

/** What is given wins, unless it is weaker than the profile of `createAuth`. @throws `TypeError` naming what is. */
export function applyHttpProfile(profile: ProfileName, options: HttpAuthOptions): HttpAuthOptions {
  const { strictCookies, stepUpWindow } = profiles[profile];
  const window = options.stepUpWindow ?? stepUpWindow;
  const isLonger =
    window !== undefined &&
    stepUpWindow !== undefined &&
    parseDuration('stepUpWindow', window) > parseDuration('stepUpWindow', stepUpWindow);
  if (isLonger) refuseWeaker(profile, `stepUpWindow must be at most ${stepUpWindow}`);
  const timed = window === undefined ? options : { ...options, stepUpWindow: window };
  if (strictCookies !== true) return timed;
  if (options.sameSite === 'Lax') refuseWeaker(profile, "sameSite must be 'Strict'");
  if (options.persistentCookies === true) refuseWeaker(profile, 'persistentCookies must be false');
  if (options.allowMissingCsrfToken === true) refuseWeaker(profile, 'allowMissingCsrfToken must be false');
  return { ...timed, sameSite: 'Strict' };
}
