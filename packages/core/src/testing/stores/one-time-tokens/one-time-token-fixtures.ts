import type {
  ConsumeOneTimeTokenCommand,
  CreateOneTimeTokenCommand,
  OneTimeTokenRecord,
  OneTimeTokenStore,
  PresentedOneTimeToken,
} from '../../../stores/one-time-token-store.js';
import type { UserRef } from '../../../stores/user-store.js';
import { ada, secretOf, sessionIdFor } from '../sessions/session-fixtures.js';

/** How long a token lives unless a case says otherwise. */
export const lifetimeMs = 3_600_000;

/** Who a token belongs to before anybody is known. */
export const nobody: UserRef = { tenantId: 'acme', userId: '' };

/** A command that creates the token `label` of {@link ada}. */
export function newToken(
  label: string,
  change: Partial<CreateOneTimeTokenCommand> = {},
): CreateOneTimeTokenCommand {
  return {
    ...ada,
    id: sessionIdFor({ ...ada, ...change }, `token ${label}`),
    purpose: 'password_reset',
    secretHash: secretOf(label).secretHash,
    data: '',
    lifetimeMs,
    replacesOthers: false,
    ...change,
  };
}

/** Creates a token. @returns the command, which is also how to present it. */
export async function createToken(
  tokens: OneTimeTokenStore,
  label: string,
  change: Partial<CreateOneTimeTokenCommand> = {},
): Promise<CreateOneTimeTokenCommand> {
  const command = newToken(label, change);
  await tokens.create(command);
  return command;
}

/** What finds a token, and nothing else. */
export function presented({
  tenantId,
  purpose,
  id,
  secretHash,
}: PresentedOneTimeToken): PresentedOneTimeToken {
  return { tenantId, purpose, id, secretHash };
}

/** A command that spends a token. */
export function spending(token: PresentedOneTimeToken, commandId = 'c1'): ConsumeOneTimeTokenCommand {
  return { ...presented(token), commandId };
}

/** Whether the token still opens what it is for. */
export async function isGood(tokens: OneTimeTokenStore, token: PresentedOneTimeToken): Promise<boolean> {
  return (await tokens.find(presented(token))) !== null;
}

/** Those of the tokens that are good. */
export async function listGood<T extends PresentedOneTimeToken>(
  tokens: OneTimeTokenStore,
  known: readonly T[],
): Promise<T[]> {
  const good = await Promise.all(known.map((token) => isGood(tokens, token)));
  return known.filter((_, index) => good[index]);
}

/** What the store must give for a token created at `createdMs`. */
export function recordOf(
  { lifetimeMs: ms, replacesOthers: _replacesOthers, ...token }: CreateOneTimeTokenCommand,
  createdMs: number,
): OneTimeTokenRecord {
  return { ...token, createdAt: new Date(createdMs), expiresAt: new Date(createdMs + ms) };
}
