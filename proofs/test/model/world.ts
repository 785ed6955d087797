import type { HeldSession, SignIn } from '@tessera-auth/core/primitives';
import type { Clock, SessionRecord, Stores, UserRef } from '@tessera-auth/core/stores';
import { type AppNode, codeOf, issueAccessToken, startNodes } from './app-node.js';
import { tenantOfUser } from './expectation.js';
import { accessTokenMs, floorMs, graceMs, recoveryMs } from './expected-session.js';
import { type Observation, observe } from './observation.js';
import { createSeededRandom } from './seeded-random.js';
import type { Step } from './step.js';
import type { PresentAct, TracePolicy } from './trace.js';
import { createUnreliableStores } from './unreliable-stores.js';

/** What came of one request. */
export interface Answer {
  readonly kind: string;
  readonly session: SessionRecord | null;
  readonly refreshToken: string | null;
  readonly isNewDevice: boolean | null;
  /** How many rows are gone. */
  readonly deleted: number | null;
}

/** One deployment of the app, on stores of its own: two nodes in the middle of a change of keys. */
export interface World {
  readonly name: string;
  /** The texts of the tokens that were handed out for a generation of a session: one, or something is wrong. */
  tokensOf(sessionId: string, generation: number): ReadonlySet<string>;
  readonly accessTokens: readonly (string | null)[];
  /** How many calls to the stores the last step took. */
  readonly callsOfLastStep: number;
  /** Lets the step happen, on one node or the other. */
  perform(step: Step, turn: number): Promise<readonly Answer[]>;
  observe(turn: number): Promise<Observation>;
}

/** What a world is made of. */
export interface WorldOptions {
  readonly name: string;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly policy: TracePolicy;
  /** The tenants of a trace are its own, so that it finds nothing of others in a shared database. */
  readonly trace: string;
}

const userAgents = [
  null,
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
];
const passwordAt = (version: number): string => `Lamp-Ferry-Walnut-${version}`;
let firstHash: Promise<string> | null = null;

/** The users of a trace, who all have an account. */
export function usersOf(trace: string): readonly UserRef[] {
  return tenantOfUser.map((tenant, user) => ({ tenantId: `${trace}-${tenant}`, userId: `user-${user}` }));
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { name, clock, policy, trace } = options;
  const users = usersOf(trace);
  const userAt = (user: number): UserRef => users[user] as UserRef;
  const network = createUnreliableStores(options.stores);
  const { stores } = network;
  const random = createSeededRandom('the same in every world');
  const nodes = startNodes({ stores, clock, policy, random });
  const nodeAt = (turn: number): AppNode => nodes[turn % nodes.length] as AppNode;

  firstHash ??= nodeAt(0).auth.passwords.hash(passwordAt(0));
  const passwordHash = await firstHash;
  for (const user of users) {
    const email = `${user.userId}@example.org`;
    await stores.users.create({
      ...user,
      email,
      canonicalEmail: email,
      emailVerifiedAt: null,
      name: null,
      roles: [],
      passwordHash,
    });
  }

  const tokens = new Map<string, Set<string>>();
  const accessTokens: (string | null)[] = [];
  const ids: { readonly tenantId: string; readonly id: string }[] = [];
  const pending: SignIn[] = [];
  const passwordVersions = users.map(() => 0);
  let callsBefore = 0;
  let callsOfLastStep = 0;

  const tokensOf = (id: string, generation: number): Set<string> => {
    const key = `${id} ${generation}`;
    const known = tokens.get(key) ?? new Set();
    tokens.set(key, known);
    return known;
  };
  const tokenOf = ({ session, generation }: Step): string => {
    const [token] = session === null ? [] : tokensOf(session.id, generation);
    if (token === undefined) throw new Error('nobody holds this token');
    return token;
  };
  const keep = (held: HeldSession): void => {
    tokensOf(held.session.id, held.session.generation).add(held.refreshToken);
  };
  const issue = (node: AppNode, held: HeldSession): void => {
    keep(held);
    accessTokens.push(issueAccessToken(node, held.session));
  };

  const start = async (node: AppNode, signIn: SignIn, device: number): Promise<Answer> => {
    const userAgent = userAgents[device] ?? null;
    const started = await node.sessions.start(signIn, {
      amr: ['pwd'],
      isBrowser: false,
      ip: null,
      userAgent,
    });
    if (started === null) return answer('overtaken');
    ids.push(started.session);
    issue(node, started);
    return answer('started', started);
  };

  const present = async (node: AppNode, step: Step, act: PresentAct): Promise<readonly Answer[]> => {
    const owner = userAt(step.session?.user ?? 0);
    const token = tokenOf(step);
    const attemptId = act.attempt === null ? undefined : `attempt number ${act.attempt}`;
    if (act.lost !== null) network.loseNextRotation(act.lost);
    const outcomes = await Promise.all(
      Array.from({ length: act.times }, () =>
        node.sessions.refresh(owner, token, attemptId).catch((error: unknown) => ({ kind: codeOf(error) })),
      ),
    );
    return outcomes.map((outcome) => {
      if (!('refreshToken' in outcome)) return answer(outcome.kind);
      issue(node, outcome);
      return answer(outcome.kind, outcome);
    });
  };

  const presentUnknown = async (step: Step, isAhead: boolean): Promise<Answer> => {
    const session = step.session as NonNullable<Step['session']>;
    const unknown = { secretHash: 'U'.repeat(43), nonce: 'U'.repeat(22), keyId: 'U'.repeat(8) };
    const { kind } = await stores.sessions.rotate({
      ...userAt(session.user),
      sessionId: session.id,
      generation: session.generation + (isAhead ? 1 : 0),
      ...{ secretHash: unknown.secretHash, next: unknown, attemptHash: null },
      ...{ floorMs, graceMs, recoveryMs, accessTokenMs },
    });
    return answer(kind);
  };

  const changePassword = async (node: AppNode, step: Step): Promise<Answer> => {
    const { user: at, id: sessionId } = step.session as NonNullable<Step['session']>;
    const version = passwordVersions[at] ?? 0;
    const change = { currentPassword: passwordAt(version), newPassword: passwordAt(version + 1) };
    try {
      const signedIn = await node.auth.changePassword({ user: userAt(at), sessionId, ...change });
      passwordVersions[at] = version + 1;
      keep(signedIn);
      accessTokens.push(signedIn.accessToken);
      return answer('changed', signedIn);
    } catch (error) {
      // Without a transaction the password comes first and stays.
      if (stores.transactions === undefined) passwordVersions[at] = version + 1;
      return answer(codeOf(error));
    }
  };

  const end = async (node: AppNode, step: Step, isByToken: boolean): Promise<Answer> => {
    const { user, id } = step.session as NonNullable<Step['session']>;
    const isDone = isByToken
      ? (await node.sessions.endByRefreshToken(userAt(user).tenantId, tokenOf(step))) !== null
      : await node.sessions.end(userAt(user), id, 'ended_by_user');
    return answer(isDone ? 'ended' : 'not_found');
  };

  const perform = async (step: Step, node: AppNode): Promise<readonly Answer[]> => {
    const { act } = step;
    const owner = userAt(step.session?.user ?? 0);
    const id = step.session?.id ?? '';
    switch (act.kind) {
      case 'sign-in':
        return [await start(node, await node.sessions.beginSignIn(userAt(act.user)), act.device)];
      case 'begin-sign-in':
        pending.push(await node.sessions.beginSignIn(userAt(act.user)));
        return [answer('begun')];
      case 'finish-sign-in':
        return [await start(node, pending.shift() as SignIn, 0)];
      case 'present':
        return present(node, step, act);
      case 'forge':
        return [answer((await node.sessions.refresh(owner, forge(tokenOf(step)))).kind)];
      case 'present-unknown':
        return [await presentUnknown(step, act.isAhead)];
      case 'step-up': {
        const { endsOthers } = act;
        const held = await node.sessions.renew(owner, id, { amr: ['pwd'], endsOthers });
        if (held !== null) issue(node, held);
        return [held === null ? answer('not_live') : answer('renewed', held)];
      }
      case 'change-password':
        return [await changePassword(node, step)];
      case 'end':
        return [await end(node, step, act.isByToken)];
      case 'end-others':
        return [answer((await node.sessions.endOthers(owner, id)) ? 'ended' : 'not_live')];
      case 'end-all':
        await node.sessions.endAll(userAt(act.user));
        return [answer('ended')];
      case 'end-tenant':
        await node.sessions.endTenant(`${trace}-${act.tenant}`);
        return [answer('ended')];
      case 'revoke-token': {
        const token = accessTokens[step.accessToken];
        if (token != null) await node.auth.revocations.revokeToken(node.accessTokens.verify(token));
        return [answer('revoked')];
      }
      case 'wait':
        return [answer('waited')];
      case 'cleanup':
        await node.auth.revocations.deleteExpired();
        return [{ ...answer('cleaned'), deleted: await node.sessions.deleteExpired() }];
    }
  };

  return {
    ...{ name, tokensOf, accessTokens },
    get callsOfLastStep() {
      return callsOfLastStep;
    },
    async perform(step, turn) {
      callsBefore = network.calls;
      const answers = await perform(step, nodeAt(turn));
      callsOfLastStep = network.calls - callsBefore;
      return answers;
    },
    observe: (turn) => observe(nodeAt(turn), { store: stores.sessions, users, sessions: ids, accessTokens }),
  };
}

/** Another secret in the place of the right one. */
function forge(token: string): string {
  const at = 60;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

function answer(kind: string, held: Partial<HeldSession> & { readonly isNewDevice?: boolean } = {}): Answer {
  const { session = null, refreshToken = null, isNewDevice = null } = held;
  return { kind, session, refreshToken, isNewDevice, deleted: null };
}
