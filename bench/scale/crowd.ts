import { accessTokenMs, createId, createRefresh, createSignIn } from '../stores/commands.js';
import type { Contestant } from './contestant.js';
import { forEachNumber } from './in-turn.js';
import { crowdOf, crowdSize, sessionAt } from './population.js';

/** What became of a user with very many sessions. */
export interface CrowdEnding {
  /** Statements or scripts that signed all of them out. */
  readonly sent: number;
  readonly endMs: number;
  /** Refreshes afterwards, by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** A page of the list, before and after. */
  readonly listMs: readonly [before: number, after: number];
  /** The same user signs in again, twice. */
  readonly signInMs: readonly [first: number, second: number];
}

/** Signs a user with {@link crowdSize} sessions out everywhere, and presents every one of their refresh tokens. */
export async function endCrowd({ large, openCounted }: Contestant): Promise<CrowdEnding> {
  const { population } = large;
  const held = crowdOf(population, 0).map((number) => sessionAt(population, number));
  const { tenantId, userId } = held[0] as (typeof held)[0];
  const user = { tenantId, userId };
  const { sessions, sent, close } = await openCounted();
  const list = () => timed(() => sessions.list(user, { limit: 20, after: null }));

  await sessions.readEpochs(user);
  const before = await list();
  if (before.value.sessions.length !== 20) throw new Error('the crowd is not there');
  const sentBefore = sent();
  const ended = await timed(() => sessions.endAll({ ...user, commandId: createId(), accessTokenMs }));
  const sentFor = sent() - sentBefore;

  const outcomes: Record<string, number> = {};
  await forEachNumber({ to: crowdSize, atOnce: 16 }, async (number) => {
    const { kind } = await sessions.rotate(createRefresh(held[number] as (typeof held)[0]));
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
  });
  const after = await list();
  if (after.value.sessions.length !== 0) outcomes.listed = after.value.sessions.length;
  const expectedEpochs = { userEpoch: ended.value, tenantEpoch: 0 };
  const signIn = () => timed(() => sessions.create({ ...createSignIn(user), expectedEpochs }));
  const signIns = [await signIn(), await signIn()] as const;
  await close();
  return {
    sent: sentFor,
    endMs: ended.ms,
    outcomes,
    listMs: [before.ms, after.ms],
    signInMs: [signIns[0].ms, signIns[1].ms],
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}
