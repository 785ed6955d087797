import assert from 'node:assert/strict';
import type { HeldSession, SignIn } from '@tessera-auth/core/primitives';
import type { SessionRecord, UserRef } from '@tessera-auth/core/stores';
import type { TestClock } from '@tessera-auth/core/testing';
import fc from 'fast-check';
import { type AppNode, issueAccessToken, judgeAccessToken, startNodes } from './app-node.js';
import { type Observation, observe } from './observation.js';
import type { Stage } from './play-trace.js';
import { createSeededRandom } from './seeded-random.js';

/** One of the requests that are under way at once. `of` picks, by remainder, among the sessions of the round before. */
export type Request =
  | { readonly kind: 'sign-in' | 'end-all' | 'end-tenant' | 'cleanup' }
  /** The end of a sign-in that began before the round. */
  | { readonly kind: 'finish-sign-in' }
  | { readonly kind: 'present' | 'end' | 'end-others'; readonly of: number }
  | { readonly kind: 'step-up'; readonly of: number; readonly endsOthers: boolean };

/** Requests at once, after a pause. */
export interface Round {
  readonly pauseMs: number;
  readonly requests: readonly Request[];
}

const of = fc.nat({ max: 4 });
const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('present' as const), of }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('sign-in' as const, 'finish-sign-in' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('step-up' as const), of, endsOthers: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'end-others' as const), of }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('end-all' as const, 'end-tenant' as const, 'cleanup' as const),
    }),
  },
);

/** Rounds of any requests. The first signs in. */
export const anyRounds: fc.Arbitrary<readonly Round[]> = fc
  .array(
    fc.record({
      pauseMs: fc.constantFrom(0, 5000, 12_000, 60_000),
      requests: fc.array(request, { minLength: 2, maxLength: 8, size: 'max' }),
    }),
    { minLength: 2, maxLength: 6, size: 'max' },
  )
  .map((rounds) => [
    { pauseMs: 0, requests: [{ kind: 'sign-in' }, { kind: 'sign-in' }, { kind: 'sign-in' }] },
    ...rounds,
  ]);

/** What a request came to. */
interface Outcome {
  readonly request: Request;
  /** The session that it was about. */
  readonly id: string;
  readonly kind: string;
  readonly held: HeldSession | null;
}

/** A session and the newest token of it that anybody holds. */
interface Holder {
  readonly id: string;
  generation: number;
  refreshToken: string;
}

const policy = {
  maxSessions: 4,
  onReuse: 'session',
  absoluteLifetime: '90d',
  idleLifetime: '30d',
} as const;

/** Plays each round at once, each request on the other of two nodes, and insists on what must hold once it is quiet. */
export async function playAtOnce(
  rounds: readonly Round[],
  { stage, clock, name }: { readonly stage: Stage; readonly clock: TestClock; readonly name: string },
): Promise<void> {
  const { stores } = stage;
  const user: UserRef = { tenantId: name, userId: 'ada' };
  const nodes = startNodes({ stores, clock, policy, random: createSeededRandom('at once') });
  const nodeAt = (turn: number): AppNode => nodes[turn % nodes.length] as AppNode;
  const holders: Holder[] = [];
  const accessTokens: { readonly id: string; readonly text: string | null }[] = [];
  const tokens = new Map<string, string>();

  const look = (): Promise<Observation> =>
    observe(nodeAt(0), {
      ...{ store: stores.sessions, users: [user], accessTokens: accessTokens.map(({ text }) => text) },
      sessions: holders.map(({ id }) => ({ id, tenantId: user.tenantId })),
    });
  const keep = ({ session, refreshToken }: HeldSession): void => {
    const key = `${session.id} ${session.generation}`;
    assert.equal(tokens.get(key) ?? refreshToken, refreshToken, '(1) one token for one generation');
    tokens.set(key, refreshToken);
    const holder = holders.find(({ id }) => id === session.id);
    if (holder === undefined) holders.push({ id: session.id, generation: session.generation, refreshToken });
    else if (holder.generation < session.generation) {
      Object.assign(holder, { generation: session.generation, refreshToken });
    }
    accessTokens.push({ id: session.id, text: issueAccessToken(nodeAt(0), session) });
  };
  let before: Observation = await look();

  for (const [number, { pauseMs, requests }] of rounds.entries()) {
    clock.advance(pauseMs);
    const known = holders.map((holder) => ({ ...holder }));
    const aimed = requests.filter((act) => !('of' in act) || known.length > 0);
    const begun = await nodeAt(number).sessions.beginSignIn(user);
    const outcomes = await Promise.all(
      aimed.map((act, index) => {
        const holder = 'of' in act ? known[act.of % known.length] : undefined;
        return send(nodeAt(index + number), act, { holder, user, begun });
      }),
    );
    for (const { held } of outcomes) if (held !== null) keep(held);
    const after = await look();
    const round = { outcomes, before, after, ids: holders.map(({ id }) => id) };
    checkGenerations(round);
    checkVerdicts(round);
    checkEpochs(round);
    checkOvertaken(round);
    checkEndings(round);
    await checkLists(round, nodeAt(number));
    checkDeadTokens(
      round,
      accessTokens.map(({ id }) => id),
    );
    for (const { id, refreshToken } of holders) {
      if (after.lists[0]?.some((listed) => listed.id === id)) continue;
      const { kind } = await nodeAt(number).sessions.refresh(user, refreshToken);
      assert.equal(kind, 'invalid', '(11) what is not listed does not refresh');
    }
    before = after;
  }
}

/** What a request is about. */
interface Aim {
  readonly holder: Holder | undefined;
  readonly user: UserRef;
  readonly begun: SignIn;
}

async function send({ sessions }: AppNode, act: Request, { holder, user, begun }: Aim): Promise<Outcome> {
  const id = holder?.id ?? '';
  const outcome = (kind: string, held: HeldSession | null = null): Outcome => ({
    request: act,
    id,
    kind,
    held,
  });
  switch (act.kind) {
    case 'sign-in':
    case 'finish-sign-in': {
      const signIn = act.kind === 'sign-in' ? await sessions.beginSignIn(user) : begun;
      const started = await sessions.start(signIn, {
        amr: ['pwd'],
        isBrowser: false,
        ip: null,
        userAgent: null,
      });
      return started === null ? outcome('overtaken') : outcome('started', started);
    }
    case 'present': {
      const came = await sessions.refresh(user, holder?.refreshToken);
      return outcome(came.kind, 'refreshToken' in came ? came : null);
    }
    case 'step-up': {
      const held = await sessions.renew(user, id, { endsOthers: act.endsOthers });
      return held === null ? outcome('not_live') : outcome('renewed', held);
    }
    case 'end':
      return outcome((await sessions.end(user, id, 'ended_by_user')) ? 'ended' : 'not_found');
    case 'end-others':
      return outcome((await sessions.endOthers(user, id)) ? 'ended' : 'not_live');
    case 'end-all':
      await sessions.endAll(user);
      return outcome('ended');
    case 'end-tenant':
      await sessions.endTenant(user.tenantId);
      return outcome('ended');
    case 'cleanup':
      await sessions.deleteExpired();
      return outcome('cleaned');
  }
}

/** What happened at once, and how it looked before and after. */
interface PlayedRound {
  readonly outcomes: readonly Outcome[];
  readonly before: Observation;
  readonly after: Observation;
  /** The ids of the rows. */
  readonly ids: readonly string[];
}

/** (2) The generation rises by one per rotation, however many ask. */
function checkGenerations({ outcomes, before, after, ids }: PlayedRound): void {
  for (const [index, row] of after.rows.entries()) {
    const was = before.rows[index]?.generation ?? 0;
    const rises = outcomes.filter(
      ({ id, kind }) => id === ids[index] && (kind === 'rotated' || kind === 'renewed'),
    );
    assert.equal(row?.generation, was + rises.length, '(2) the generation rises by one per rotation');
  }
}

/** (5)(24) Whoever presents what is the newest as they send it is never a thief, whatever else is under way. */
function checkVerdicts({ outcomes }: PlayedRound): void {
  for (const { request: act, kind } of outcomes) {
    if (act.kind === 'present')
      assert(!['reuse', 'fork', 'ahead', 'malformed'].includes(kind), `(5) ${kind}`);
  }
}

/** How often the epochs of the user and the tenant were raised. */
function raisesOf({ outcomes }: PlayedRound): { readonly user: number; readonly tenant: number } {
  const isUsers = ({ request: act, kind }: Outcome): boolean =>
    (act.kind === 'end-all' || act.kind === 'end-others' || (act.kind === 'step-up' && act.endsOthers)) &&
    (kind === 'ended' || kind === 'renewed');
  return {
    user: outcomes.filter(isUsers).length,
    tenant: outcomes.filter(({ request: act }) => act.kind === 'end-tenant').length,
  };
}

/** (15) Epochs rise by one for each that raised them. */
function checkEpochs(round: PlayedRound): void {
  const { before, after } = round;
  const { user, tenant } = raisesOf(round);
  assert.equal(after.userEpochs[0], (before.userEpochs[0] ?? 0) + user, '(15) the user epoch');
  assert.equal(after.tenantEpochs[0], (before.tenantEpochs[0] ?? 0) + tenant, '(15) the tenant epoch');
}

/** (13) A sign-in that began before an epoch rose leaves no usable session, whenever it arrived. */
function checkOvertaken(round: PlayedRound): void {
  const { user, tenant } = raisesOf(round);
  if (user + tenant === 0) return;
  const listed = new Set(round.after.lists[0]?.map(({ id }) => id));
  for (const { request: act, held } of round.outcomes) {
    if (act.kind !== 'finish-sign-in' || held === null) continue;
    assert(!listed.has(held.session.id), '(13) a sign-in that was overtaken');
  }
}

/** (11)(12) What was ended is ended, by name and by epoch. */
function checkEndings({ outcomes, before, after, ids }: PlayedRound): void {
  const isEverything = outcomes.some(
    ({ request: act }) => act.kind === 'end-all' || act.kind === 'end-tenant',
  );
  const listed = new Set(after.lists[0]?.map(({ id }) => id));
  for (const { request: act, id } of outcomes) {
    if (act.kind !== 'end') continue;
    assert.notEqual(after.rows[ids.indexOf(id)]?.endedAt ?? null, null, '(11) ended by name');
  }
  for (const [index, id] of ids.entries()) {
    const isEnded = after.rows[index]?.endedAt != null || (isEverything && index < before.rows.length);
    assert(!isEnded || !listed.has(id), '(11)(12) what has ended is not listed');
  }
}

/** (21)(22) The list has the rows that are live by what is stored, and no more than may be; their tokens are accepted. */
async function checkLists({ after }: PlayedRound, node: AppNode): Promise<void> {
  const [userEpoch = 0] = after.userEpochs;
  const [tenantEpoch = 0] = after.tenantEpochs;
  const isLive = (row: SessionRecord): boolean =>
    row.endedAt === null && row.userEpoch >= userEpoch && row.tenantEpoch >= tenantEpoch;
  const live = after.rows.filter((row): row is SessionRecord => row !== null && isLive(row));
  const [list = []] = after.lists;
  assert.deepEqual(list.map(({ id }) => id).toSorted(), live.map(({ id }) => id).toSorted(), '(21) the list');
  assert(list.length <= policy.maxSessions, '(22) the cap');
  for (const row of list) {
    const verdict = await judgeAccessToken(node, issueAccessToken(node, row));
    assert.equal(verdict, 'accepted', '(14) a session that is listed is good');
  }
}

/** (12)(16) No access token of a session that is not listed is accepted, whenever it was issued. */
function checkDeadTokens({ after }: PlayedRound, owners: readonly string[]): void {
  const listed = new Set(after.lists[0]?.map(({ id }) => id));
  for (const [index, id] of owners.entries()) {
    if (!listed.has(id)) assert.notEqual(after.verdicts[index], 'accepted', '(12) a token of a dead session');
  }
}
