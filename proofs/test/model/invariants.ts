import assert from 'node:assert/strict';
import type { SessionRecord } from '@tessera-auth/core/stores';
import { type Expectation, type Expected, tenantOfUser } from './expectation.js';
import { type ExpectedSession, graceMs, isLive } from './expected-session.js';
import type { Observation } from './observation.js';
import type { Step } from './step.js';
import type { TracePolicy } from './trace.js';
import type { Answer, World } from './world.js';

/** One world after one step. */
export interface Moment {
  readonly world: Pick<World, 'tokensOf' | 'callsOfLastStep'>;
  readonly policy: TracePolicy;
  readonly step: Step;
  readonly answers: readonly Answer[];
  readonly before: Observation;
  readonly after: Observation;
  readonly expected: Expected;
  /** The app as it must be now. */
  readonly expectation: Expectation;
}

/** What must be true after every step, whatever the trace. */
export interface Invariant {
  readonly number: number;
  readonly text: string;
  check(moment: Moment): void;
}

/** The session of a presentation and what came of it. Nothing for other acts. */
function presentationsIn({ step, answers }: Moment): readonly (Answer & { readonly of: ExpectedSession })[] {
  const { session } = step;
  if (step.act.kind !== 'present' || session === null) return [];
  return answers.map((answer) => ({ ...answer, of: session }));
}

function isTheft({ kind }: Answer): boolean {
  return kind === 'reuse' || kind === 'fork';
}

/** The stored rows that no store may have dropped yet, each with what it must be. */
function keptRowsIn({ after, expectation }: Moment): readonly (readonly [SessionRecord, ExpectedSession])[] {
  const { clockMs } = expectation.now();
  return expectation.sessions
    .filter(({ absoluteEndMs }) => clockMs < absoluteEndMs)
    .map((session) => {
      const row = after.rows[session.ordinal];
      assert(row, `session ${session.ordinal} is not stored`);
      return [row, session];
    });
}

/** (1) All answers for one generation of a session carry the identical refresh token. */
function everyGenerationHasOneToken({ world, answers }: Moment): void {
  for (const { session, refreshToken } of answers) {
    if (session === null || refreshToken === null) continue;
    assert.deepEqual([...world.tokensOf(session.id, session.generation)], [refreshToken]);
  }
}

/** (2) The generation never falls, and rises by one per rotation. */
function generationRisesByOne(moment: Moment): void {
  for (const [row, session] of keptRowsIn(moment)) {
    const before = moment.before.rows[session.ordinal]?.generation ?? row.generation;
    assert(row.generation === before || row.generation === before + 1, `from ${before} to ${row.generation}`);
    assert.equal(row.generation, session.generation);
  }
}

/** (3) Storage per session is O(1): one row, which does not grow. */
function rowsDoNotGrow(moment: Moment): void {
  for (const [row, session] of keptRowsIn(moment)) {
    const before = moment.before.rows[session.ordinal];
    if (before != null) assert.equal(sizeOf(row), sizeOf(before));
  }
}

function sizeOf(row: SessionRecord): number {
  // What is written once, and the digits of counters.
  const { hardRotatedAt: _1, endedAt: _2, endReason: _3, generation: _4, userEpoch: _5, ...rest } = row;
  return JSON.stringify(rest).length;
}

/** (4) Who stores each answer and retries lost ones in time, or with the attempt id, is never signed out. */
function honestClientsStaySignedIn(moment: Moment): void {
  if (!moment.expected.isHonest) return;
  for (const { kind, refreshToken } of presentationsIn(moment)) {
    assert(refreshToken !== null || kind === 'store_unavailable', kind);
  }
}

/** (5) Holders of one cookie jar, whatever the interleaving, are never taken for thieves. */
function holdersOfOneJarAreNoThieves(moment: Moment): void {
  const { retiredAt, finishesTheft } = moment.expected;
  const ageMs = retiredAt === null ? 0 : moment.expectation.now().elapsedMs - retiredAt.elapsedMs;
  if (ageMs >= graceMs || finishesTheft) return;
  for (const answer of presentationsIn(moment)) assert(!isTheft(answer), answer.kind);
}

/** (6) When two parties have diverged for longer than the grace, the use of a retired token ends the session. */
function diversionEndsTheSession(moment: Moment): void {
  const { retiredAt, wasLive, kinds } = moment.expected;
  const { session } = moment.step;
  if (!wasLive || session === null || retiredAt === null || !kinds.includes('reuse')) return;
  const given = presentationsIn(moment).map(({ kind }) => kind);
  assert(
    given.includes('reuse') && given.every((kind) => kind === 'reuse' || kind === 'invalid'),
    given.join(),
  );
  assert.equal(moment.after.rows[session.ordinal]?.endReason, 'reuse');
}

/** (7) Nothing outlives the absolute end. */
function nothingOutlivesTheAbsoluteEnd(moment: Moment): void {
  const { clockMs } = moment.expectation.now();
  for (const { of, refreshToken } of presentationsIn(moment)) {
    assert(refreshToken === null || clockMs < of.absoluteEndMs);
  }
  for (const [row, session] of keptRowsIn(moment)) {
    assert.equal(row.absoluteExpiresAt.getTime(), session.absoluteEndMs);
    assert(row.idleExpiresAt.getTime() <= session.absoluteEndMs);
  }
  for (const [index, { session }] of moment.expectation.accessTokens.entries()) {
    // Verification allows for clocks that are apart.
    if (clockMs >= session.absoluteEndMs + 5000) assert.notEqual(moment.after.verdicts[index], 'accepted');
  }
}

/** (8) After a hard rotation no earlier token ever yields a token. */
function voidedTokensYieldNothing(moment: Moment): void {
  if (moment.step.generation >= (moment.step.session?.voidBelow ?? 0)) return;
  for (const { refreshToken, kind } of presentationsIn(moment)) assert.equal(refreshToken, null, kind);
}

/** (9) Forged input causes no storage operation. */
function forgeriesTouchNothing({ step, answers, world }: Moment): void {
  if (step.act.kind !== 'forge') return;
  assert.deepEqual([answers.map(({ kind }) => kind), world.callsOfLastStep], [['malformed'], 0]);
}

/** (11) Ended is absorbing: nothing that has ended refreshes, is listed, or changes when it ended. */
function endedIsAbsorbing(moment: Moment): void {
  for (const [index, before] of moment.before.rows.entries()) {
    const row = moment.after.rows[index];
    if (before?.endedAt == null || row == null) continue;
    assert.deepEqual([row.endedAt, row.endReason], [before.endedAt, before.endReason]);
  }
  const listed = new Set(moment.after.lists.flat().map(({ id }) => id));
  for (const { id, isEnded } of moment.expectation.sessions) assert(!isEnded || !listed.has(id));
  if (moment.expected.wasLive) return;
  for (const { refreshToken, kind } of presentationsIn(moment)) assert.equal(refreshToken, null, kind);
}

/** (12) After everything of a user or tenant was ended, no earlier access token of theirs is accepted. */
function endingEverythingReachesEverything({ step, expectation, after }: Moment): void {
  const { act } = step;
  if (act.kind !== 'end-all' && act.kind !== 'end-tenant') return;
  const isMeant = (user: number): boolean =>
    act.kind === 'end-all' ? user === act.user : tenantOfUser[user] === act.tenant;
  for (const [index, { session }] of expectation.accessTokens.entries()) {
    if (isMeant(session.user)) assert.notEqual(after.verdicts[index], 'accepted');
  }
  for (const [user, list] of after.lists.entries()) if (isMeant(user)) assert.deepEqual(list, []);
}

/** (13) A sign-in that began before everything was ended leaves no usable session. */
function overtakenSignInsComeToNothing({ step, expected, answers, before, after }: Moment): void {
  if (step.act.kind !== 'finish-sign-in' || expected.kinds[0] !== 'overtaken') return;
  assert.deepEqual([answers[0]?.kind, answers[0]?.refreshToken], ['overtaken', null]);
  assert.equal(after.rows.length, before.rows.length);
}

/** (14) A sign-in that began after it is not harmed; nor is any token that nothing has revoked. */
function nobodyElseIsHarmed({ step, expected, answers, expectation, after }: Moment): void {
  if (step.act.kind === 'finish-sign-in') assert.deepEqual(kindsOf(answers), expected.kinds);
  for (const [index, { refusedUntilMs }] of expectation.accessTokens.entries()) {
    if (refusedUntilMs === null) assert.notEqual(after.verdicts[index], 'revoked', `access token ${index}`);
  }
}

/** (15) Epochs only rise, and only when something raises them. */
function epochsOnlyRise({ before, after, expectation }: Moment): void {
  for (const kind of ['userEpochs', 'tenantEpochs'] as const) {
    for (const [index, epoch] of after[kind].entries()) assert(epoch >= (before[kind][index] ?? 0));
  }
  assert.deepEqual(after.userEpochs, expectation.userEpochs);
}

/** (16) A revocation stays until every token that it must stop is dead. */
function revocationsLast({ after, expectation }: Moment): void {
  const { latestMs } = expectation.now();
  for (const [index, { refusedUntilMs }] of expectation.accessTokens.entries()) {
    const isRefused = refusedUntilMs !== null && latestMs < refusedUntilMs;
    if (isRefused) assert.notEqual(after.verdicts[index], 'accepted', `access token ${index}`);
  }
}

/** (18) An outage is never a refusal and never a revocation. */
function outagesRefuseNobody({ step, answers, before, after, expected, expectation }: Moment): void {
  if (step.act.kind !== 'present' || step.act.lost === null) return;
  assert.deepEqual(kindsOf(answers), ['store_unavailable']);
  if (step.act.lost === 'request') assert.deepEqual(after, before);
  else if (expected.wasLive && step.session !== null && isLive(step.session, expectation.now().clockMs)) {
    assert.deepEqual(after.verdicts, before.verdicts);
  }
}

/** (21) Lists have no ghosts and no omissions, newest first. */
function listsAreExact({ after, expectation }: Moment): void {
  for (const [user, list] of after.lists.entries()) {
    assert.deepEqual(
      list.map(({ id }) => id),
      expectation.listLive(user).map(({ id }) => id),
    );
  }
}

/** (22) No sign-in exceeds the cap. A clock that steps back may bring expired sessions to life above it. */
function theCapHolds({ step, answers, before, after, policy }: Moment): void {
  const userId = answers[0]?.kind === 'started' ? answers[0].session?.userId : null;
  for (const [user, list] of after.lists.entries()) {
    const isSignIn = list[0] !== undefined && list[0].userId === userId;
    const allowed = isSignIn ? 0 : (before.lists[user]?.length ?? 0);
    const isStepBack = step.act.kind === 'wait' && step.act.ms < 0;
    assert(isStepBack || list.length <= Math.max(allowed, policy.maxSessions), `${list.length} sessions`);
  }
}

/** (23) Cleanup changes the outcome of no token. */
function cleanupChangesNothing(moment: Moment): void {
  if (moment.step.act.kind !== 'cleanup') return;
  const { before, after, expectation } = moment;
  assert.deepEqual(after.lists, before.lists);
  assert.deepEqual([after.userEpochs, after.tenantEpochs], [before.userEpochs, before.tenantEpochs]);
  for (const [row, { ordinal }] of keptRowsIn(moment)) assert.deepEqual(row, before.rows[ordinal]);
  const { latestMs } = expectation.now();
  for (const [index, { refusedUntilMs }] of expectation.accessTokens.entries()) {
    const hasLapsed = refusedUntilMs !== null && refusedUntilMs <= latestMs;
    if (!hasLapsed) assert.equal(after.verdicts[index], before.verdicts[index]);
  }
}

/** (24) Expired, signed out and revoked tokens never count as theft. */
function deadTokensAreNoTheft(moment: Moment): void {
  if (moment.expected.wasLive || moment.expected.finishesTheft) return;
  for (const answer of presentationsIn(moment)) assert(!isTheft(answer), answer.kind);
}

/** Each request gets the outcome that the table of the design gives, and each ended session its reason. */
function outcomesAreThoseOfTheTable(moment: Moment): void {
  const { answers, expected, policy } = moment;
  const given = kindsOf(answers);
  if (isTheftSeenByMany(moment)) {
    assert(given.includes('reuse') && given.every((kind) => kind === 'reuse' || kind === 'invalid'));
  } else {
    assert.deepEqual(given, expected.kinds.toSorted());
  }
  const isNewDevice = answers[0]?.isNewDevice ?? null;
  if (expected.isNewDevice !== null) assert.equal(isNewDevice, expected.isNewDevice);
  for (const [row, session] of keptRowsIn(moment)) {
    assert.equal(row.endReason, session.endReason, policy.onReuse);
    assert.equal(row.userEpoch, session.userEpoch);
  }
}

/** Of several requests that find a theft at once, each may be the one that deals with it. */
function isTheftSeenByMany({ expected, policy }: Moment): boolean {
  return expected.kinds.length > 1 && policy.onReuse === 'user' && expected.kinds.includes('reuse');
}

function kindsOf(answers: readonly Answer[]): readonly string[] {
  return answers.map(({ kind }) => kind).toSorted();
}

/**
 * The invariants of the design, by its numbers; 0 is the table of outcomes.
 *
 * Elsewhere: (10) is the whole list on stores that run each command twice, (25) the comparison between worlds. (17), (19)
 * and (20) are about copies of the revocations on nodes, (26) about replicas: traces have neither.
 */
export const invariants: readonly Invariant[] = [
  { number: 0, text: 'outcomes are those of the table', check: outcomesAreThoseOfTheTable },
  { number: 1, text: 'one token for one generation', check: everyGenerationHasOneToken },
  { number: 2, text: 'the generation rises by one and never falls', check: generationRisesByOne },
  { number: 3, text: 'storage per session is O(1)', check: rowsDoNotGrow },
  { number: 4, text: 'honest clients stay signed in', check: honestClientsStaySignedIn },
  { number: 5, text: 'holders of one jar are no thieves', check: holdersOfOneJarAreNoThieves },
  { number: 6, text: 'two parties that diverge end the session', check: diversionEndsTheSession },
  { number: 7, text: 'nothing outlives the absolute end', check: nothingOutlivesTheAbsoluteEnd },
  { number: 8, text: 'voided tokens yield nothing', check: voidedTokensYieldNothing },
  { number: 9, text: 'forgeries touch no storage', check: forgeriesTouchNothing },
  { number: 11, text: 'ended is absorbing', check: endedIsAbsorbing },
  { number: 12, text: 'ending everything reaches everything', check: endingEverythingReachesEverything },
  { number: 13, text: 'overtaken sign-ins come to nothing', check: overtakenSignInsComeToNothing },
  { number: 14, text: 'nobody else is harmed', check: nobodyElseIsHarmed },
  { number: 15, text: 'epochs only rise', check: epochsOnlyRise },
  { number: 16, text: 'revocations last as long as tokens', check: revocationsLast },
  { number: 18, text: 'outages refuse nobody', check: outagesRefuseNobody },
  { number: 21, text: 'lists have no ghosts and no omissions', check: listsAreExact },
  { number: 22, text: 'the cap holds', check: theCapHolds },
  { number: 23, text: 'cleanup changes nothing', check: cleanupChangesNothing },
  { number: 24, text: 'dead tokens are no theft', check: deadTokensAreNoTheft },
];
