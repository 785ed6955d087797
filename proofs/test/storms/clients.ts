import type { Answer, Held, NodeApp, Presented } from '../support/nodes/node-app.js';
import { type Counts, tally } from './tally.js';

/** What a client sends to get its next tokens. */
export function tokenOf({ user, refreshToken }: Held): Presented {
  return { tenantId: user.tenantId, refreshToken };
}

/** The tokens of an answer. @throws `Error` with its outcome when it has none. */
export function requireHeld(answer: Answer | undefined): Held {
  if (!answer?.held) throw new Error(`no tokens: ${answer?.outcome}`);
  return answer.held;
}

/** Presents each refresh token once, one after the other on another node. */
export async function presentByTurns(
  nodes: readonly NodeApp[],
  held: readonly Held[],
): Promise<readonly Answer[]> {
  const tokens = [...new Map(held.map((one) => [one.refreshToken, tokenOf(one)])).values()];
  const answers = nodes.map((node, at) =>
    node.refresh(tokens.filter((_, index) => index % nodes.length === at)),
  );
  return (await Promise.all(answers)).flat();
}

/** What every node says of every access token. */
export async function checkEverywhere(
  nodes: readonly NodeApp[],
  held: readonly Held[],
): Promise<readonly string[]> {
  const tokens = held.map(({ accessToken }) => accessToken);
  return (await Promise.all(nodes.map((node) => node.check(tokens)))).flat();
}

/** Sessions by how many different refresh tokens they have here. */
export function countTokens(held: readonly Held[]): Counts {
  const tokens = new Map<string, Set<string>>();
  for (const { sessionId, refreshToken } of held) {
    tokens.set(sessionId, (tokens.get(sessionId) ?? new Set()).add(refreshToken));
  }
  return tally([...tokens.values()].map(({ size }) => `${size}`));
}
