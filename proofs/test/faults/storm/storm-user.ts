import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask, type Question } from './answer.js';
import {
  type ClientSession,
  checkQuestion,
  readSignedIn,
  refreshQuestion,
  signOutEverywhereQuestion,
  signOutQuestion,
} from './client-session.js';
import type { Oracle } from './oracle.js';

/** Somebody who signs in on some devices, uses them, and signs out again, one thing after the other. */
export interface StormUser {
  /** All sessions that were ever answered. */
  readonly sessions: readonly ClientSession[];
  readonly counts: { signIns: number; refreshes: number; signOuts: number };
  /** Goes on until it is stopped. */
  live(signal: AbortSignal): Promise<void>;
  /** Once all is well again: whether each session is what its client was told, on every node. */
  verify(): Promise<void>;
}

export interface StormUserOptions {
  readonly account: Account;
  /** The nodes' URLs. */
  readonly urls: readonly string[];
  readonly oracle: Oracle;
  /** Told of every answer. */
  readonly onAnswer: (answer: Answer) => void;
}

/** What somebody signs in with. */
export interface Account {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

const maxAlive = 3;
/** Between two requests of a user. */
const thinkingMs = { least: 30, most: 120 };
/** How long an outage may last once the fault is healed. */
const patienceMs = 60_000;

export function createStormUser(options: StormUserOptions): StormUser {
  const { account, urls, oracle, onAnswer } = options;
  const sessions: ClientSession[] = [];
  const counts = { signIns: 0, refreshes: 0, signOuts: 0 };
  const inState = (state: ClientSession['state']): ClientSession[] =>
    sessions.filter((session) => session.state === state);

  const send = async (node: number, question: Question): Promise<Answer> => {
    const answer = await ask(node, urls[node] as string, question);
    onAnswer(answer);
    return answer;
  };
  const onSomeNode = (question: Question): Promise<Answer> => send(below(urls.length), question);
  const onEveryNode = (question: Question): Promise<Answer[]> =>
    Promise.all(urls.map((_, node) => send(node, question)));

  const signIn = async (): Promise<void> => {
    const transport = below(2) === 0 ? 'cookie' : 'bearer';
    const { email, password, userId } = account;
    const answer = await onSomeNode({
      method: 'POST',
      path: '/auth/login',
      body: { email, password, transport },
    });
    if (!oracle.judgeSignIn(answer, userId)) return;
    sessions.push(readSignedIn(answer, transport));
    counts.signIns++;
  };
  const check = async (session: ClientSession): Promise<void> => {
    const question = checkQuestion(session, below(2) === 0 ? '/auth/me' : '/checked');
    for (const answer of await onEveryNode(question)) oracle.judgeCheck(answer, session);
  };
  /** Sometimes from two pages at once; an answer that was lost is asked for again with the same attempt. */
  const refresh = async (session: ClientSession): Promise<void> => {
    session.attemptId ??= randomUUID();
    const before = session.writtenAtMs;
    const question = refreshQuestion(session);
    const answers = below(4) === 0 ? await onEveryNode(question) : [await onSomeNode(question)];
    oracle.judgeRefresh(answers, session);
    if (session.writtenAtMs > before) counts.refreshes++;
  };
  const signOut = async (session: ClientSession): Promise<void> => {
    if (session.state === 'alive') session.state = 'ending';
    if (oracle.judgeSignOut(await onSomeNode(signOutQuestion(session)), session)) counts.signOuts++;
  };
  const signOutEverywhere = async (session: ClientSession): Promise<void> => {
    const ending = inState('alive');
    oracle.noteSignOutEverywhere(account.userId);
    for (const each of ending) each.state = 'ending';
    const answer = await onSomeNode(signOutEverywhereQuestion(session));
    const areOver = ending.map((each) => oracle.judgeSignOut(answer, each));
    if (areOver.every(Boolean)) counts.signOuts += ending.length;
  };

  const act = async (): Promise<void> => {
    const [ending] = inState('ending');
    if (ending !== undefined) return signOut(ending);
    const alive = inState('alive');
    const session = anyOf(alive);
    const ended = anyOf(inState('ended').slice(-4));
    const dice = below(100);
    if (session === undefined || (dice < 15 && alive.length < maxAlive)) return signIn();
    if (dice < 45) return check(session);
    if (dice < 75) return refresh(session);
    if (dice < 82) return signOut(session);
    if (dice < 83) return signOutEverywhere(session);
    if (ended === undefined) return;
    return dice < 95 ? check(ended) : refresh(ended);
  };

  /** Does it until the answer is no outage. */
  const untilAnswered = async (once: () => Promise<readonly Answer[]>): Promise<readonly Answer[]> => {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const answers = await once();
      if (answers.every(({ status }) => status !== 503)) return answers;
      if (performance.now() > deadlineMs) throw new Error('an outage that does not end');
      await delay(50);
    }
  };
  const verifyOne = async (session: ClientSession): Promise<void> => {
    session.attemptId ??= randomUUID();
    const refreshed = await untilAnswered(() => onEveryNode(refreshQuestion(session)));
    oracle.judgeRefresh(refreshed, session);
    for (const path of ['/auth/me', '/checked'] as const) {
      const checked = await untilAnswered(() => onEveryNode(checkQuestion(session, path)));
      for (const answer of checked) oracle.judgeCheck(answer, session);
    }
  };

  return {
    sessions,
    counts,
    async live(signal) {
      while (!signal.aborted) {
        await act();
        await delay(thinkingMs.least + below(thinkingMs.most - thinkingMs.least));
      }
    },
    async verify() {
      for (const session of inState('ending')) {
        const deadlineMs = performance.now() + patienceMs;
        while (session.state === 'ending' && performance.now() < deadlineMs) await signOut(session);
      }
      for (const session of [...inState('alive'), ...inState('ended')]) await verifyOne(session);
    },
  };
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function anyOf<T>(items: readonly T[]): T | undefined {
  return items[below(items.length)];
}
