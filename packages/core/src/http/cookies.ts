import { AuthError } from '../errors.js';
import { requireOneOf } from './require-one-of.js';

/** How the two cookies are written. */
export interface CookieOptions {
  /** `Lax` (default) or `Strict`, which also signs a user out of links from other sites. */
  readonly sameSite?: 'Lax' | 'Strict';
  /** Keep users signed in when the browser closes. Default `false` (NIST SP 800-63B-4 §5.1). */
  readonly persistentCookies?: boolean;
  /** Plain http on localhost only: no `__Host-` prefix, no `Secure`. Default `false`. */
  readonly allowInsecureCookies?: boolean;
}

/** The cookies of one deployment. */
export interface Cookies {
  /** What they are written by. */
  readonly options: Required<CookieOptions>;
  /** The longest access token that a browser keeps, in characters. */
  readonly maxAccessTokenLength: number;
  /** Both `Set-Cookie` values, for a session that lives at most `maxAgeMs`. */
  writeTokens(tokens: CookieTokens, maxAgeMs: number): readonly string[];
  /** Both `Set-Cookie` values that make the browser forget. */
  clear(): readonly string[];
  /** The `Set-Cookie` value that makes the browser forget the access token alone. */
  clearAccess(): string;
  /** The `Set-Cookie` value by which a browser is remembered, kept for this long. */
  writeDevice(deviceToken: string, maxAgeMs: number): string;
  /** The `Set-Cookie` value with which a browser is remembered no more. */
  clearDevice(): string;
  /** What a browser is remembered by, or `null`. @throws `AuthError` `cookie_ambiguous` when it is there twice. */
  readDevice(header: string | null): string | null;
  /** What the request carries. @throws `AuthError` `cookie_ambiguous` when one of ours is there twice. */
  read(header: string | null): CookieTokens;
  /** The header without these, however often they are there; `undefined` when nothing is left. */
  omit(header: string | null, tokens: readonly (keyof CookieTokens)[]): string | undefined;
}

/** The two tokens as cookies hold them; `null` leaves that cookie alone. */
export interface CookieTokens {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/** What a request without cookies of ours carries. */
export const noTokens: CookieTokens = { accessToken: null, refreshToken: null };

/** Browsers drop a cookie whose name and value are longer than this together (RFC 6265bis §5.6). */
const maxCookieBytes = 4096;
/** Browsers cut longer lifetimes to this (RFC 6265bis §5.5). */
const maxAgeSeconds = 400 * 86_400;

/** `__Host-access`, `__Host-refresh` and `__Host-device`, all `HttpOnly; Secure; Path=/` and bound to the host that set them. */
export function createCookies(options: CookieOptions): Cookies {
  const sameSite = requireOneOf('sameSite', options.sameSite ?? 'Lax', ['Lax', 'Strict']);
  const persistentCookies = options.persistentCookies === true;
  const allowInsecureCookies = options.allowInsecureCookies === true;
  const prefix = allowInsecureCookies ? '' : '__Host-';
  const names = {
    accessToken: `${prefix}access`,
    refreshToken: `${prefix}refresh`,
    deviceToken: `${prefix}device`,
  };
  const attributes = [
    'Path=/',
    'HttpOnly',
    ...(allowInsecureCookies ? [] : ['Secure']),
    `SameSite=${sameSite}`,
  ].join('; ');

  const write = (name: string, value: string, maxAge: number | null): string => {
    if (name.length + value.length > maxCookieBytes) {
      throw new RangeError('cookies: the access token does not fit into a cookie; give it fewer roles');
    }
    return `${name}=${value}; ${attributes}${maxAge === null ? '' : `; Max-Age=${maxAge}`}`;
  };

  return {
    options: { sameSite, persistentCookies, allowInsecureCookies },
    maxAccessTokenLength: maxCookieBytes - names.accessToken.length,

    writeTokens({ accessToken, refreshToken }, maxAgeMs) {
      const maxAge = persistentCookies ? Math.min(Math.floor(maxAgeMs / 1000), maxAgeSeconds) : null;
      return [
        ...(accessToken === null ? [] : [write(names.accessToken, accessToken, maxAge)]),
        ...(refreshToken === null ? [] : [write(names.refreshToken, refreshToken, maxAge)]),
      ];
    },

    clear: () => [write(names.accessToken, '', 0), write(names.refreshToken, '', 0)],

    clearAccess: () => write(names.accessToken, '', 0),

    writeDevice: (deviceToken, maxAgeMs) =>
      write(names.deviceToken, deviceToken, Math.min(Math.floor(maxAgeMs / 1000), maxAgeSeconds)),

    clearDevice: () => write(names.deviceToken, '', 0),

    readDevice: (header) => findCookie(header, names.deviceToken),

    read: (header) => ({
      accessToken: findCookie(header, names.accessToken),
      refreshToken: findCookie(header, names.refreshToken),
    }),

    omit: (header, tokens) =>
      header === null
        ? undefined
        : splitCookies(header)
            .filter((pair) => !tokens.some((token) => pair.startsWith(`${names[token]}=`)))
            .join('; ') || undefined,
  };
}

/** The value of the cookie with exactly this name. Two of them are an attack ("cookie tossing") or a mess. */
function findCookie(header: string | null, name: string): string | null {
  if (header === null || !header.includes(name)) return null;
  const values = splitCookies(header)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1) throw new AuthError('cookie_ambiguous');
  return values[0] ?? null;
}

function splitCookies(header: string): string[] {
  // Blank and tab only, as browsers do. More of what JavaScript takes for white space may begin a name: a sibling host
  // could set one that has our prefix here and none in the browser.
  return header.split(';').map((pair) => pair.replace(/^[ \t]+/, ''));
}
