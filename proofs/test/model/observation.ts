import type { SessionRecord, SessionStore, UserRef } from '@tessera-auth/core/stores';
import { type AppNode, judgeAccessToken } from './app-node.js';

/** All that can be seen of an app from outside, at rest. */
export interface Observation {
  /** The live sessions of each user, in the order of the list. */
  readonly lists: readonly (readonly SessionRecord[])[];
  /** The epochs of each user, and those of their tenants. */
  readonly userEpochs: readonly number[];
  readonly tenantEpochs: readonly number[];
  /** What is stored of every session that there ever was. */
  readonly rows: readonly (SessionRecord | null)[];
  /** Of every access token that was ever issued: `accepted`, `revoked`, or why it does not verify. */
  readonly verdicts: readonly string[];
}

/** What to look at. */
export interface Observed {
  readonly store: SessionStore;
  readonly users: readonly UserRef[];
  readonly sessions: readonly Pick<SessionRecord, 'tenantId' | 'id'>[];
  readonly accessTokens: readonly (string | null)[];
}

/** Before anything has happened. */
export const nothing: Observation = { lists: [], userEpochs: [], tenantEpochs: [], rows: [], verdicts: [] };

/** Looks at everything, through one node. */
export async function observe(node: AppNode, observed: Observed): Promise<Observation> {
  const { store, users, sessions, accessTokens } = observed;
  const [lists, signIns, rows, verdicts] = await Promise.all([
    Promise.all(users.map((user) => listAll(node, user))),
    Promise.all(users.map((user) => node.sessions.beginSignIn(user))),
    Promise.all(sessions.map(({ tenantId, id }) => store.find(tenantId, id))),
    Promise.all(accessTokens.map((token) => judgeAccessToken(node, token))),
  ]);
  return {
    ...{ lists, rows, verdicts },
    userEpochs: signIns.map(({ epochs }) => epochs.userEpoch),
    tenantEpochs: signIns.map(({ epochs }) => epochs.tenantEpoch),
  };
}

/** Page by page, and the pages are short. */
async function listAll({ sessions }: AppNode, user: UserRef): Promise<readonly SessionRecord[]> {
  const listed: SessionRecord[] = [];
  let page = await sessions.list(user, { limit: 2 });
  for (; page.next !== null; page = await sessions.list(user, { limit: 2, after: page.next })) {
    listed.push(...page.sessions);
  }
  return [...listed, ...page.sessions];
}
