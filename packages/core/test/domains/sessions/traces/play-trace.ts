import type { HeldSession, RefreshOutcome, Sessions } from '@tessera-auth/core/primitives';
import type { SessionRecord, UserRef } from '@tessera-auth/core/stores';
import { ada, bob, dayMs, deployments, newSession, type SessionBench } from '../session-bench.js';
import {
  type ExpectedKind,
  type ExpectedSession,
  expectKind,
  isLive,
  noteRotation,
} from './expected-session.js';
import type { Act } from './session-trace.js';

/** What came of presenting one token. */
export interface Presented {
  readonly session: ExpectedSession;
  readonly generation: number;
  readonly atMs: number;
  readonly expected: ExpectedKind;
  readonly outcome: RefreshOutcome;
  /** The row after it; `null` when it is gone. */
  readonly row: SessionRecord | null;
}

/** A trace that has happened: all that was presented, and what must be true of the sessions now. */
export interface PlayedTrace {
  readonly presented: readonly Presented[];
  readonly sessions: readonly ExpectedSession[];
  /** The live sessions of ada and of bob after each act, as the list has them and as they are expected. */
  readonly lists: readonly { readonly listed: readonly string[]; readonly expected: readonly string[] }[];
}

const users: readonly UserRef[] = [ada, bob];

/** Lets everything in the trace happen, each act on another of two nodes in the middle of a deployment. */
export async function playTrace(bench: SessionBench, trace: readonly Act[]): Promise<PlayedTrace> {
  const { clock } = bench;
  const nodes = [bench.startNode(deployments.prepared), bench.startNode(deployments.rotated)];
  const sessions: ExpectedSession[] = [];
  const presented: Presented[] = [];
  const lists: { listed: string[]; expected: string[] }[] = [];

  const pick = (of: number): ExpectedSession => sessions[of % sessions.length] as ExpectedSession;
  const endWhere = (isMeant: (session: ExpectedSession) => boolean): void => {
    for (const session of sessions.filter(isMeant)) session.isEnded = true;
  };
  const note = (held: HeldSession, user: number): void => {
    sessions.push({
      id: held.session.id,
      user,
      tokens: [held.refreshToken],
      rotatedAtMs: clock.now(),
      hardRotatedAtMs: null,
      attempt: null,
      idleEndMs: clock.now() + 30 * dayMs,
      absoluteEndMs: clock.now() + 90 * dayMs,
      isEnded: false,
      isDeleted: false,
    });
  };

  const present = async (node: Sessions, act: Act & { kind: 'refresh' }): Promise<void> => {
    const session = pick(act.of);
    const generation = Math.max(session.tokens.length - 1 - act.back, 0);
    const token = session.tokens[generation] ?? '';
    const attemptId = act.attempt === null ? undefined : `attempt id ${act.attempt}`;
    const outcomes = await Promise.all(
      Array.from({ length: act.times }, () => node.refresh('acme', token, attemptId)),
    );
    for (const outcome of outcomes) {
      const expected = expectKind(session, generation, act.attempt, clock.now());
      if (outcome.kind === 'rotated') noteRotation(session, outcome.refreshToken, act.attempt, clock.now());
      if (outcome.kind === 'reuse') session.isEnded = true;
      const row = await bench.watched.stores.sessions.find('acme', session.id);
      presented.push({ session, generation, atMs: clock.now(), expected, outcome, row });
    }
  };

  const perform = async (act: Act, node: Sessions): Promise<void> => {
    switch (act.kind) {
      case 'sign-in': {
        const started = await node.start(await node.beginSignIn(users[act.user] ?? ada), newSession);
        if (started !== null) note(started, act.user);
        return;
      }
      case 'refresh':
        return present(node, act);
      case 'renew': {
        const session = pick(act.of);
        const held = await node.renew(users[session.user] ?? ada, session.id, { endsOthers: act.endsOthers });
        if (held === null) return;
        noteRotation(session, held.refreshToken, null, clock.now());
        session.hardRotatedAtMs = clock.now();
        if (act.endsOthers) endWhere((other) => other.user === session.user && other !== session);
        return;
      }
      case 'end': {
        const session = pick(act.of);
        await node.end(users[session.user] ?? ada, session.id, 'ended_by_user');
        session.isEnded = true;
        return;
      }
      case 'end-others': {
        const kept = pick(act.of);
        const isDone = await node.endOthers(users[kept.user] ?? ada, kept.id);
        if (isDone) endWhere((other) => other.user === kept.user && other !== kept);
        return;
      }
      case 'end-all':
        await node.endAll(users[act.user] ?? ada);
        return endWhere(({ user }) => user === act.user);
      case 'end-tenant':
        await node.endTenant('acme');
        return endWhere(() => true);
      case 'wait':
        return clock.advance(act.ms);
      case 'cleanup':
        await node.deleteExpired();
        for (const session of sessions) session.isDeleted ||= session.absoluteEndMs <= clock.now();
        return endWhere(({ isDeleted }) => isDeleted);
    }
  };

  for (const [index, act] of trace.entries()) {
    await perform(act, nodes[index % nodes.length] as Sessions);
    for (const [user, ref] of users.entries()) {
      const page = await bench.sessions.list(ref, { limit: 100 });
      const live = sessions.filter((session) => session.user === user && isLive(session, clock.now()));
      lists.push({
        listed: page.sessions.map(({ id }) => id).toSorted(),
        expected: live.map(({ id }) => id).toSorted(),
      });
    }
  }
  return { presented, sessions, lists };
}
