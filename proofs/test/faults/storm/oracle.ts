import type { Answer } from './answer.js';
import { type ClientSession, clearsCookies, readTokens } from './client-session.js';

/** Answered writes that may be lost, by when they were answered: what asynchronous replication is documented to lose. */
export interface LossWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What was found out about the answers of a storm. */
export interface Findings {
  /** How many answers there were of each status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that must never be given, in words. */
  readonly wrong: readonly string[];
  /** Refusals of sessions that are alive: a 401 where there should have been a 503, or a 200. */
  readonly refused: readonly string[];
  /** Sessions whose last answered write is gone, and may be by a {@link LossWindow}. */
  readonly lost: number;
  /** Sessions whose answered end is gone, and may be by a {@link LossWindow}. */
  readonly revived: number;
}

/** Knows what clients were told, and judges by it what they are told next. */
export interface Oracle {
  readonly findings: Findings;
  /** Sessions that were written within the window may be lost, or those that ended within it may be revived. */
  forgive(what: 'lost' | 'revived', window: LossWindow): void;
  /**
   * The store has lost everything, with its epochs. Whoever is signed out everywhere after that is so under an epoch that
   * begins anew, and may miss access tokens of before, as the guide says; nothing else is forgiven.
   */
  noteEmptied(): void;
  /** The user asks to be signed out everywhere. */
  noteSignOutEverywhere(userId: string): void;
  /**
   * All nodes have told the store again what they know. What began between a loss and this, of users who have signed out
   * everywhere, was begun under an epoch that the store had lost: it ends.
   */
  noteGivenBack(): void;
  /** Of one whose answer tells nothing about sessions. @returns whether it is the one that is hoped for. */
  judgeSignIn(answer: Answer, userId: string): boolean;
  judgeCheck(answer: Answer, session: ClientSession): void;
  /** One attempt to refresh, on one node or several at once; takes the new tokens over. */
  judgeRefresh(answers: readonly Answer[], session: ClientSession): void;
  /** @returns whether the session is over. */
  judgeSignOut(answer: Answer, session: ClientSession): boolean;
}

/** @param boundMs within which a revocation acts on the other nodes. */
export function createOracle(boundMs: number): Oracle {
  const statuses: Record<string, number> = {};
  const wrong: string[] = [];
  const refused: string[] = [];
  const counts = { lost: 0, revived: 0 };
  const windows: Record<'lost' | 'revived', LossWindow[]> = { lost: [], revived: [] };

  const signedOutEverywhere = new Set<string>();
  let givenBackAtMs = Number.POSITIVE_INFINITY;
  let emptiedAtMs = Number.POSITIVE_INFINITY;

  const describe = ({ node, status, code }: Answer, session: ClientSession | null): string => {
    const about = session === null ? '' : `, ${session.transport} session ${session.state}`;
    return `node ${node}: ${status} ${code ?? ''}${about}`;
  };
  const isForgiven = (what: 'lost' | 'revived', atMs: number): boolean =>
    windows[what].some(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs);
  const isOvertaken = (userId: string, atMs: number): boolean =>
    signedOutEverywhere.has(userId) &&
    windows.lost.some(({ fromMs }) => fromMs <= atMs && atMs <= givenBackAtMs);
  const leave = (session: ClientSession, what: 'lost' | 'revived'): void => {
    session.state = 'gone';
    counts[what]++;
  };
  /** Whether it is an outage; and whether it is told as it must be. */
  const isOutage = (answer: Answer, session: ClientSession | null): boolean => {
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (answer.status !== 503) return false;
    const isTold = answer.code !== null && Number(answer.retryAfter) > 0;
    if (!isTold) wrong.push(`an outage that is not told as one: ${describe(answer, session)}`);
    if (answer.cookies.size > 0) wrong.push(`cookies with an outage: ${describe(answer, session)}`);
    return true;
  };
  const refuse = (answer: Answer, session: ClientSession): void => {
    const isLost = answer.code === 'refresh_token_invalid' && isForgiven('lost', session.writtenAtMs);
    if (isLost || isOvertaken(session.userId, session.writtenAtMs)) {
      leave(session, 'lost');
      return;
    }
    const hasCleared = clearsCookies(answer) ? ', cookies cleared' : '';
    refused.push(describe(answer, session) + hasCleared);
    session.state = 'gone';
  };
  const isMissed = ({ userId, writtenAtMs, end }: ClientSession): boolean =>
    signedOutEverywhere.has(userId) && writtenAtMs <= emptiedAtMs && (end?.atMs ?? 0) > emptiedAtMs;
  const revive = (answer: Answer, session: ClientSession, what: string): void => {
    if (isForgiven('revived', session.end?.atMs ?? 0) || isMissed(session)) {
      leave(session, 'revived');
      return;
    }
    const ageMs = Math.round(answer.askedAtMs - (session.end?.atMs ?? 0));
    wrong.push(
      `${what} ${ageMs} ms after its end on node ${session.end?.node}: ${describe(answer, session)}`,
    );
    session.state = 'gone';
  };
  /** Whether the end of the session must be known to the node that answers. */
  const mustKnowEnd = ({ node, askedAtMs }: Answer, { end }: ClientSession): boolean =>
    end !== null && (end.node === node || askedAtMs > end.atMs + boundMs);

  const judgeOneRefresh = (answer: Answer, session: ClientSession): string | null => {
    if (isOutage(answer, session) || session.state === 'gone') return null;
    if (session.state === 'ended') {
      if (answer.status === 200) revive(answer, session, 'a session was refreshed');
      else if (answer.code !== 'refresh_token_invalid') wrong.push(describe(answer, session));
      return null;
    }
    if (answer.status === 200) return readTokens(answer, session).refreshToken;
    if (session.state === 'alive') {
      if (answer.status === 401) refuse(answer, session);
      else wrong.push(describe(answer, session));
    }
    return null;
  };

  return {
    get findings() {
      return { statuses, wrong, refused, ...counts };
    },
    forgive: (what, window) => windows[what].push(window),
    noteEmptied() {
      emptiedAtMs = performance.now();
    },
    noteSignOutEverywhere: (userId) => signedOutEverywhere.add(userId),
    noteGivenBack() {
      givenBackAtMs = performance.now();
    },

    judgeSignIn(answer, userId) {
      if (isOutage(answer, null)) return false;
      if (answer.status === 200 && answer.body.user.id === userId) return true;
      if (answer.code === 'credentials_invalid' && isOvertaken(userId, answer.answeredAtMs)) return false;
      wrong.push(`a sign-in: ${describe(answer, null)}`);
      return false;
    },

    judgeCheck(answer, session) {
      if (isOutage(answer, session) || session.state === 'gone') return;
      const { user, sessionId } = answer.body;
      const isOther = answer.status === 200 && (user.id !== session.userId || sessionId !== session.id);
      if (isOther) wrong.push(`somebody else: ${describe(answer, session)}`);
      else if (answer.status === 200) {
        if (session.state === 'ended' && mustKnowEnd(answer, session))
          revive(answer, session, 'a token was let in');
      } else if (answer.status !== 401) wrong.push(describe(answer, session));
      else if (session.state === 'alive') refuse(answer, session);
    },

    judgeRefresh(answers, session) {
      const presented = session.refreshToken;
      const tokens = new Map<string, Answer>();
      for (const answer of answers) {
        const token = judgeOneRefresh(answer, session);
        if (token !== null) tokens.set(token, answer);
      }
      // One that came just before the end of the floor is answered with the token itself.
      const successors = [...tokens].filter(([token]) => token !== presented);
      if (successors.length > 1) wrong.push('one refresh token has two successors');
      const [token, answer] = successors[0] ?? [...tokens][0] ?? [];
      if (answer === undefined || session.state !== 'alive') return;
      Object.assign(session, readTokens(answer, session), { attemptId: null });
      if (token !== presented) session.writtenAtMs = answer.answeredAtMs;
    },

    judgeSignOut(answer, session) {
      if (isOutage(answer, session)) return false;
      if (answer.status === 204) {
        if (session.state !== 'gone') {
          session.state = 'ended';
          session.end = { node: answer.node, atMs: answer.answeredAtMs };
        }
        return true;
      }
      wrong.push(`a sign-out: ${describe(answer, session)}`);
      return false;
    },
  };
}
