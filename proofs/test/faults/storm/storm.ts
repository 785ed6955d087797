import { setTimeout as delay } from 'node:timers/promises';
import type { UserStore } from '@tessera-auth/core/stores';
import { runs } from '../../support/runs.js';
import { type Answer, ask } from './answer.js';
import type { ClientSession } from './client-session.js';
import { createOracle, type Findings, type Oracle } from './oracle.js';
import type { StormNode } from './storm-node.js';
import { type Account, createStormUser, type StormUser } from './storm-user.js';

/** What a fault may see of the storm that it strikes. */
export interface StormUnderWay {
  readonly oracle: Oracle;
  /** As their clients know them. */
  readonly sessions: () => readonly ClientSession[];
  /** Resolves when at least so many answers that are like that have come from every node, counted from now. */
  untilEveryNodeAnswers(what: string, isSo: (answer: Answer) => boolean, count?: number): Promise<void>;
  /** How many answers like that there have been so far. */
  count(isSo: (answer: Answer) => boolean): number;
}

export interface StormOptions {
  /** For the line that is printed. */
  readonly name: string;
  readonly nodes: readonly StormNode[];
  /** Where the accounts are. */
  readonly users: UserStore;
  /** Breaks something and heals it again. */
  readonly fault: (storm: StormUnderWay) => Promise<void>;
}

/** What a storm came to. */
export interface StormReport extends Findings {
  readonly failures: readonly unknown[];
  /** From the end of the fault until somebody has signed in on every node. */
  readonly recoveryMs: number;
  /** From the first outage that a user met to the last one. */
  readonly outageMs: number;
  readonly sessions: number;
}

const password = 'nine purple lanterns at noon';
const userCount = runs(8).numRuns;
/** Within which anything that is waited for happens, also on a machine that is busy. */
const limitMs = 60_000;
const boundMs = 1_000;
let storms = 0;

/** Users who sign in, refresh, use their sessions and sign out, on all nodes, before, while and after something breaks. */
export async function runStorm({ name, nodes, users, fault }: StormOptions): Promise<StormReport> {
  const oracle = createOracle(boundMs);
  const answers = createAnswerCounter(nodes.length);
  const urls = nodes.map(({ url }) => url);
  const accounts = await createAccounts(users, nodes[0] as StormNode);
  const people = accounts.map((account) =>
    createStormUser({ account, urls, oracle, onAnswer: answers.note }),
  );
  const sessions = (): readonly ClientSession[] => people.flatMap((person) => person.sessions);

  const ending = new AbortController();
  const lives = people.map((person) => person.live(ending.signal));
  const strike = async (): Promise<number> => {
    await answers.until('every user to be at work', () => people.every(isAtWork));
    await fault({ oracle, sessions, untilEveryNodeAnswers: answers.untilEveryNode, count: answers.count });
    const tookMs = await measureRecovery(urls, accounts[0] as Account);
    await answers.until('all nodes to be fresh again', () => nodes.every(isFresh));
    // A node that is fresh after the bound has read all of the log since, and given back what was not there.
    await Promise.all(nodes.map(({ auth }) => auth.revocations.settled()));
    await answers.until('all nodes to be fresh still', () => nodes.every(isFresh));
    oracle.noteGivenBack();
    await answers.untilEveryNode('users at work again', isGood, 5 * userCount);
    ending.abort();
    return tookMs;
  };
  // A user who meets what nobody has thought of ends the storm.
  const [recoveryMs] = await Promise.all([strike(), ...lives]).finally(() => ending.abort());
  await Promise.all(nodes.map(({ auth }) => auth.revocations.settled()));
  await Promise.all(people.map((person) => person.verify()));

  const failures = nodes.flatMap((node) => node.failures);
  const outageMs = answers.outageMs();
  const report = { ...oracle.findings, failures, recoveryMs, outageMs, sessions: sessions().length };
  print(name, report, people);
  return report;
}

export function isGood({ status }: Answer): boolean {
  return status < 300;
}

export function isOutage({ status }: Answer): boolean {
  return status === 503;
}

/** Whether it knows all there is, or asks each time. */
function isFresh({ auth }: StormNode): boolean {
  const { state } = auth.revocations.status();
  return state === 'fresh' || state === 'direct';
}

function isAtWork({ counts }: StormUser): boolean {
  return counts.refreshes >= 1;
}

async function createAccounts(users: UserStore, { auth }: StormNode): Promise<readonly Account[]> {
  const passwordHash = await auth.passwords.hash(password);
  const storm = ++storms;
  return Promise.all(
    Array.from({ length: userCount }, async (_, index) => {
      const userId = `storm-${storm}-user-${index}`;
      const email = `${userId}@example.org`;
      const user = {
        tenantId: '',
        userId,
        email,
        canonicalEmail: email,
        emailVerifiedAt: null,
        name: null,
        roles: [],
      };
      await users.create({ ...user, passwordHash });
      return { userId, email, password };
    }),
  );
}

/** Until somebody could sign in on every node, which takes reads and writes of every store. */
async function measureRecovery(urls: readonly string[], { email, password }: Account): Promise<number> {
  const startedAtMs = performance.now();
  const body = { email, password, transport: 'bearer' };
  await Promise.all(
    urls.map(async (url, node) => {
      for (;;) {
        const { status } = await ask(node, url, { method: 'POST', path: '/auth/login', body });
        if (status === 200) return;
        if (performance.now() - startedAtMs > limitMs)
          throw new Error(`node ${node} does not recover: ${status}`);
        await delay(20);
      }
    }),
  );
  return Math.round(performance.now() - startedAtMs);
}

interface AnswerCounter {
  readonly note: (answer: Answer) => void;
  readonly count: StormUnderWay['count'];
  /** From the first outage that a user met to the last one. */
  readonly outageMs: () => number;
  readonly untilEveryNode: StormUnderWay['untilEveryNodeAnswers'];
  until(goal: string, isReached: () => boolean): Promise<void>;
}

function createAnswerCounter(nodeCount: number): AnswerCounter {
  const all: Answer[] = [];
  const until: AnswerCounter['until'] = async (goal, isReached) => {
    const deadlineMs = performance.now() + limitMs;
    while (!isReached()) {
      if (performance.now() > deadlineMs) throw new Error(`gave up waiting for: ${goal}`);
      await delay(20);
    }
  };
  return {
    note: (answer) => all.push(answer),
    count: (isSo) => all.filter(isSo).length,
    outageMs() {
      const outages = all.filter(isOutage).map(({ answeredAtMs }) => answeredAtMs);
      return outages.length === 0 ? 0 : Math.round(Math.max(...outages) - Math.min(...outages));
    },
    until,
    async untilEveryNode(what, isSo, count = 1) {
      const from = all.length;
      await until(what, () =>
        Array.from({ length: nodeCount }, (_, node) => node).every(
          (node) => all.slice(from).filter((answer) => answer.node === node && isSo(answer)).length >= count,
        ),
      );
    },
  };
}

function print(name: string, report: StormReport, people: readonly StormUser[]): void {
  const sum = (what: keyof StormUser['counts']): number =>
    people.reduce((total, { counts }) => total + counts[what], 0);
  const answers = Object.entries(report.statuses).map(([status, count]) => `${status}: ${count}`);
  const parts = [
    `answers ${answers.join(', ')}`,
    `wrong ${report.wrong.length}, refused ${report.refused.length}`,
    `of ${report.sessions} sessions lost ${report.lost}, revived ${report.revived}`,
    `${sum('refreshes')} rotations, ${sum('signOuts')} sign-outs`,
    `outages for ${report.outageMs} ms, recovered in ${report.recoveryMs} ms`,
  ];
  process.stdout.write(`fault ${name}: ${parts.join('; ')}\n`);
}
