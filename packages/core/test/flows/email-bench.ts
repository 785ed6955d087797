import type { Auth, Notice } from '@tessera-auth/core';
import {
  type AuthBench,
  type AuthBenchOptions,
  createAuthBench,
  email,
  origin,
  password,
} from '../auth-bench.js';

/** A bench whose accounts exist once their address is confirmed. */
export function createEmailBench(options: AuthBenchOptions = {}): AuthBench {
  return createAuthBench({ ...options, auth: { emailVerification: 'required', ...options.auth } });
}

/** Asks for an account as a person does. */
export function ask(auth: Auth, change: { email?: string; password?: string } = {}): Promise<void> {
  return auth.requestAccount({ tenantId: '', email, password, name: 'Ada', origin, ...change });
}

/** The messages of a kind, the last one last. */
export async function noticesOf<Kind extends Notice['kind']>(
  bench: AuthBench,
  kind: Kind,
): Promise<(Notice & { readonly kind: Kind })[]> {
  const all = await bench.listNotices();
  return all.filter((notice): notice is Notice & { readonly kind: Kind } => notice.kind === kind);
}

/** The token of the last link of a kind. */
export async function lastToken(
  bench: AuthBench,
  kind: 'email_verification' | 'password_reset' | 'email_change',
): Promise<string> {
  const last = (await noticesOf(bench, kind)).at(-1);
  if (last === undefined) throw new Error(`no ${kind} has been sent`);
  return last.token;
}

/** An account whose address is confirmed. */
export async function createConfirmed(bench: AuthBench, address = email): Promise<void> {
  await ask(bench.auth, { email: address });
  await bench.auth.verifyEmail('', await lastToken(bench, 'email_verification'));
}
