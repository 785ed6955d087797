import { randomUUID } from 'node:crypto';
import type { Credentials, HeaderLines } from './variants.js';

/** A header line with a bearer token. */
export function bearer(token: string): HeaderLines {
  return `Authorization: Bearer ${token}\r\n`;
}

/** A header line with cookies. */
export function cookies(...pairs: readonly string[]): HeaderLines {
  return `Cookie: ${pairs.join('; ')}\r\n`;
}

/** The same with a signature that is not right any more. */
export function forge(signed: string): string {
  const at = signed.length - 8;
  return `${signed.slice(0, at)}${signed[at] === 'A' ? 'B' : 'A'}${signed.slice(at + 1)}`;
}

/** An address that no other server has registered. */
export function createAddress(): string {
  return `${randomUUID()}@example.com`;
}

/** What the `Set-Cookie` headers of an answer make a browser send. */
export function readCookies(headers: Headers): readonly string[] {
  return headers.getSetCookie().map((line) => line.split(';', 1)[0] as string);
}

/**
 * Signs in twice at an app with a cookie session, and out again once, at its routes `/sign-in` and `/sign-out`.
 *
 * @param url where the app listens.
 */
export async function signInWithCookie(url: string, userId: string): Promise<Credentials> {
  const signIn = async (): Promise<string> =>
    readCookies((await fetch(`${url}/sign-in`, { method: 'POST' })).headers)[0] as string;
  const kept = await signIn();
  const ended = await signIn();
  await fetch(`${url}/sign-out`, { method: 'POST', headers: { cookie: ended } });
  return {
    userId,
    accepted: cookies(kept),
    refused: ['', cookies(forge(kept)), cookies(ended)],
  };
}
