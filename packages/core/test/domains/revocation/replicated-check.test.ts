import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createRevocations, type RevocationStatus } from '@tessera-auth/core/primitives';
import { createMemoryRevocationStore, type Revocation } from '@tessera-auth/core/stores';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refusalCode } from '../../refusal-code.js';
import {
  ada,
  createSharedStore,
  leewayMs,
  type NodeBench,
  sessionRevocation,
  startNode,
  subjectOf,
} from './revocation-bench.js';

const boundMs = 1_000;
const pollMs = 250;

let shared: ReturnType<typeof createSharedStore>;
let node: NodeBench;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  shared = createSharedStore();
  node = startNode(shared);
});

afterEach(async () => {
  node.setTrouble({ log: 'none', direct: 'none' });
  node.hear();
  await node.revocations.close();
  vi.useRealTimers();
});

/** Lets time pass, with all that is due. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const stateOf = ({ revocations }: NodeBench) => revocations.status().state;

describe('a fresh copy', () => {
  beforeEach(() => node.revocations.start());

  it('answers without a promise and without asking anybody', () => {
    const before = node.calls.length;
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
    expect(node.calls).toHaveLength(before);
    expect(stateOf(node)).toBe('fresh');
  });

  it.each<[string, Revocation, ReturnType<typeof subjectOf>]>([
    ['a session', sessionRevocation('phone'), subjectOf('phone')],
    ['a token', { kind: 'token', jti: 'jti of phone', until: new Date('2100-01-01') }, subjectOf('phone')],
    [
      'a user',
      { kind: 'user', ...ada, epoch: 3, exceptSessionId: null, until: new Date('2100-01-01') },
      subjectOf('phone', { userEpoch: 2 }),
    ],
    [
      'a tenant',
      { kind: 'tenant', tenantId: 'acme', epoch: 1, until: new Date('2100-01-01') },
      subjectOf('phone', { userId: 'bob' }),
    ],
  ])('holds %s that another node revoked, one poll later', async (_what, revocation, subject) => {
    await shared.add([revocation]);
    expect(node.revocations.isRevoked(subject)).toBe(false);
    await pass(pollMs);
    expect(node.revocations.isRevoked(subject)).toBe(true);
    expect(node.revocations.isRevoked(subjectOf('other', { userId: 'eve', tenantId: 'globex' }))).toBe(false);
  });

  it('holds what this node revokes at once', async () => {
    await node.revocations.revokeToken({ jti: 'jti of phone', expiresAt: new Date(Date.now() + 60_000) });
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
    expect(await shared.isRevoked(subjectOf('phone'))).toBe(true);
  });

  it('does not hold what could not be recorded', async () => {
    node.setTrouble({ direct: 'away' });
    const expiresAt = new Date(Date.now() + 60_000);
    expect(await refusalCode(node.revocations.revokeToken({ jti: 'jti of phone', expiresAt }))).toBe(
      'store_unavailable',
    );
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
  });

  it('lets go of an entry when no token can carry it any more, and not before', async () => {
    await shared.add([sessionRevocation('phone', 60_000)]);
    await pass(59_999);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
    await pass(2 * pollMs);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
    expect(node.revocations.status().entries).toBe(0);
  });

  it('is settled everywhere after the bound', async () => {
    const other = startNode(shared);
    await other.revocations.start();
    await pass(pollMs - 1);
    await shared.add([sessionRevocation('phone')]);
    const settled = node.revocations.settled();
    await pass(boundMs);
    await settled;
    for (const { revocations } of [node, other])
      expect(await revocations.isRevoked(subjectOf('phone'))).toBe(true);
    await other.revocations.close();
  });
});

describe('before the copy is complete', () => {
  it('asks the store, and begins to read by itself', async () => {
    await shared.add([sessionRevocation('phone')]);
    expect(stateOf(node)).toBe('stale');
    const answers = ['phone', 'laptop'].map((name) => node.revocations.isRevoked(subjectOf(name)));
    for (const answer of answers) expect(answer).toBeInstanceOf(Promise);
    expect(await answers[0]).toBe(true);
    expect(await answers[1]).toBe(false);
    await pass(0);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
  });

  it('start rejects while the store is away, and it goes on trying', async () => {
    node.setTrouble({ log: 'away' });
    expect(await refusalCode(node.revocations.start())).toBe('store_unavailable');
    node.setTrouble({ log: 'none' });
    await pass(pollMs);
    expect(stateOf(node)).toBe('fresh');
    await node.revocations.start();
  });

  it('reads everything, however many pages', async () => {
    const sessions = Array.from({ length: 2_500 }, (_, index) => `session ${index}`);
    await shared.add(sessions.map((session) => sessionRevocation(session)));
    await node.revocations.start();
    for (const session of sessions) expect(node.revocations.isRevoked(subjectOf(session))).toBe(true);
    expect(node.revocations.status()).toMatchObject({ state: 'fresh', entries: 2_500, reads: 1 });
  });
});

describe('a copy older than the bound', () => {
  beforeEach(async () => {
    await shared.add([sessionRevocation('known')]);
    await node.revocations.start();
    node.setTrouble({ log: 'away' });
  });

  it('answers until the bound has passed since the last good read began, and then asks the store', async () => {
    await pass(boundMs - 1);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
    await shared.add([sessionRevocation('phone')]);
    await pass(1);
    expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
    expect(stateOf(node)).toBe('stale');
  });

  it('is still right about what it knows to be revoked', async () => {
    await pass(10 * boundMs);
    node.setTrouble({ direct: 'away' });
    expect(node.revocations.isRevoked(subjectOf('known'))).toBe(true);
  });

  it('asks once a token within the bound, and again after it', async () => {
    await pass(boundMs);
    const countAsked = () => node.calls.filter((call) => call === 'isRevoked').length;
    for (let index = 0; index < 5; index++)
      expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
    expect(countAsked()).toBe(1);
    await shared.add([sessionRevocation('phone')]);
    await pass(boundMs);
    expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
    expect(countAsked()).toBe(2);
  });

  it('never answers "no" when the store does not answer either', async () => {
    node.setTrouble({ direct: 'away' });
    await pass(boundMs);
    for (let index = 0; index < 3; index++) {
      expect(await refusalCode(Promise.resolve(node.revocations.isRevoked(subjectOf('phone'))))).toBe(
        'store_unavailable',
      );
    }
    expect(node.revocations.status()).toMatchObject({ state: 'down' });
  });

  it('lets one ask a store that is silent, and refuses the others at once', async () => {
    node.setTrouble({ direct: 'away' });
    await pass(boundMs);
    await refusalCode(Promise.resolve(node.revocations.isRevoked(subjectOf('first'))));
    node.setTrouble({ direct: 'silent' });
    const probe = Promise.resolve(node.revocations.isRevoked(subjectOf('probe')));
    for (const name of ['a', 'b']) {
      expect(await refusalCode(Promise.resolve(node.revocations.isRevoked(subjectOf(name))))).toBe(
        'store_unavailable',
      );
    }
    node.setTrouble({ direct: 'none' });
    node.hear();
    expect(await probe).toBe(false);
    expect(await node.revocations.isRevoked(subjectOf('a'))).toBe(false);
  });

  it('asks with at most 64 questions at once, keeps 1,000 waiting and refuses the rest', async () => {
    await pass(boundMs);
    node.setTrouble({ direct: 'silent' });
    const before = node.calls.length;
    const answers = Array.from({ length: 1_100 }, (_, index) =>
      Promise.resolve(node.revocations.isRevoked(subjectOf(`s${index}`))).then(String, () => 'refused'),
    );
    await pass(0);
    expect(node.calls.slice(before).filter((call) => call === 'isRevoked')).toHaveLength(64);
    node.setTrouble({ direct: 'none' });
    node.hear();
    const outcomes = await Promise.all(answers);
    expect(outcomes.filter((outcome) => outcome === 'false')).toHaveLength(1_064);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(36);
  });

  it('is fresh again with the next good read', async () => {
    await pass(5 * boundMs);
    await shared.add([sessionRevocation('phone')]);
    node.setTrouble({ log: 'none' });
    await pass(pollMs);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
    expect(stateOf(node)).toBe('fresh');
  });

  it('counts a read from when it began: one that takes longer than the bound does not refresh it', async () => {
    node.setTrouble({ log: 'silent' });
    await pass(2 * boundMs);
    node.setTrouble({ log: 'none' });
    node.hear();
    await vi.advanceTimersByTimeAsync(0);
    expect(stateOf(node)).toBe('stale');
    await pass(pollMs);
    expect(stateOf(node)).toBe('fresh');
  });
});

describe('clocks', () => {
  beforeEach(() => node.revocations.start());

  it('does not trust its copy after the process was frozen, though no timer has fired', () => {
    vi.setSystemTime(Date.now() + boundMs);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBeInstanceOf(Promise);
  });

  it('does not look younger when the wall clock is set back', async () => {
    node.setTrouble({ log: 'away' });
    vi.setSystemTime(Date.now() - 60_000);
    await pass(boundMs);
    expect(node.revocations.isRevoked(subjectOf('phone'))).toBeInstanceOf(Promise);
  });
});

describe('a log that does not go on', () => {
  it('is read again from the beginning; nothing is forgotten, and the store is told again', async () => {
    await shared.add([sessionRevocation('old')]);
    await node.revocations.start();
    const emptied = createSharedStore();
    Object.assign(shared, emptied);
    await shared.add([sessionRevocation('new')]);
    expect(await shared.isRevoked(subjectOf('old'))).toBe(false);
    node.loseLog();
    await pass(pollMs);
    for (const name of ['old', 'new']) {
      expect(node.revocations.isRevoked(subjectOf(name))).toBe(true);
      expect(await shared.isRevoked(subjectOf(name))).toBe(true);
    }
    expect(node.revocations.status()).toMatchObject({ state: 'fresh', resyncs: 1 });
  });

  it('tells again what this node alone knows, where the log goes on without it', async () => {
    await shared.add([sessionRevocation('old')]);
    await node.revocations.start();
    const taken = createSharedStore();
    await taken.add([sessionRevocation('old')]);
    await node.revocations.revokeToken({ jti: 'jti of phone', expiresAt: new Date(Date.now() + 60_000) });
    // A replica takes over that has all that was read, and not what came after it.
    Object.assign(shared, taken);
    await pass(pollMs);
    expect(node.revocations.status()).toMatchObject({ state: 'fresh', resyncs: 0 });
    expect(await shared.isRevoked(subjectOf('phone'))).toBe(true);
    const adds = node.calls.filter((call) => call === 'add').length;
    await pass(4 * pollMs);
    expect(node.calls.filter((call) => call === 'add')).toHaveLength(adds);
  });

  it('tells nothing again that the log holds', async () => {
    await node.revocations.start();
    await node.revocations.revokeToken({ jti: 'jti of phone', expiresAt: new Date(Date.now() + 60_000) });
    await pass(4 * pollMs);
    expect(node.calls.filter((call) => call === 'add')).toHaveLength(1);
  });

  it('does not call itself fresh before the store has taken what it was told again', async () => {
    await shared.add([sessionRevocation('old')]);
    await node.revocations.start();
    node.loseLog();
    node.setTrouble({ direct: 'away' });
    await pass(boundMs);
    expect(stateOf(node)).not.toBe('fresh');
    node.setTrouble({ direct: 'none' });
    await pass(pollMs);
    expect(stateOf(node)).toBe('fresh');
  });
});

describe('more entries than it may hold', () => {
  it('gives them up, asks the store, and tries again after a minute', async () => {
    node = startNode(shared, { maxEntries: 10 });
    await shared.add(Array.from({ length: 11 }, (_, index) => sessionRevocation(`s${index}`, 30_000)));
    await node.revocations.start();
    expect(node.revocations.status()).toMatchObject({ state: 'stale', entries: 0 });
    expect(await node.revocations.isRevoked(subjectOf('s3'))).toBe(true);
    await pass(59_000);
    await shared.deleteExpired(100);
    expect(stateOf(node)).toBe('stale');
    await pass(1_000 + pollMs);
    expect(stateOf(node)).toBe('fresh');
  });

  it('act on the node that revokes at once, whatever the store said a moment ago', async () => {
    node = startNode(shared, { maxEntries: 10 });
    await shared.add(Array.from({ length: 11 }, (_, index) => sessionRevocation(`s${index}`)));
    await node.revocations.start();
    expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
    await node.revocations.revokeToken({ jti: 'jti of phone', expiresAt: new Date(Date.now() + 60_000) });
    expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(true);
  });

  it('while it waits it has heard nothing: a store that is silent is asked by one at a time all the same', async () => {
    node = startNode(shared, { maxEntries: 10 });
    await shared.add(Array.from({ length: 11 }, (_, index) => sessionRevocation(`s${index}`)));
    await node.revocations.start();
    const { reads } = node.revocations.status();
    node.setTrouble({ direct: 'away' });
    expect(await refusalCode(Promise.resolve(node.revocations.isRevoked(subjectOf('phone'))))).toBe(
      'store_unavailable',
    );
    node.setTrouble({ direct: 'silent' });
    await pass(10 * pollMs);
    const before = node.calls.length;
    const asked = Array.from({ length: 5 }, async (_, index) =>
      node.revocations.isRevoked(subjectOf(`t${index}`)),
    );
    const refused = await Promise.all(asked.slice(1).map(refusalCode));
    expect(refused).toEqual(Array(4).fill('store_unavailable'));
    expect(node.calls).toHaveLength(before + 1);
    node.hear();
    expect(await asked[0]).toBe(false);
    expect(node.revocations.status()).toMatchObject({ reads });
  });

  it('are not held either when this node has revoked them itself and cannot read the log', async () => {
    node = startNode(shared, { maxEntries: 10 });
    await node.revocations.start();
    node.setTrouble({ log: 'away' });
    const expiresAt = new Date(Date.now() + 3_600_000);
    for (let index = 0; index < 25; index++)
      await node.revocations.revokeToken({ jti: `t${index}`, expiresAt });
    await pass(pollMs);
    expect(node.revocations.status()).toMatchObject({ state: 'stale', entries: 0 });
    for (let index = 0; index < 25; index++) {
      expect(await node.revocations.isRevoked(subjectOf('x', { jti: `t${index}` }))).toBe(true);
    }
  });

  it('expire also while the log cannot be read', async () => {
    await node.revocations.start();
    node.setTrouble({ log: 'away' });
    await node.revocations.revokeToken({ jti: 'short', expiresAt: new Date(Date.now() + 60_000) });
    expect(node.revocations.status().entries).toBe(1);
    await pass(60_000 + leewayMs + 2 * pollMs);
    expect(node.revocations.status()).toMatchObject({ entries: 0, state: 'stale' });
  });
});

describe('reading', () => {
  it('never happens twice at once, and soon again when it was woken, however often', async () => {
    let wake = (): void => {};
    const stop = vi.fn(async () => {});
    const log = {
      read: shared.log.read,
      watch: (call: () => void) => {
        wake = call;
        return stop;
      },
    };
    let underWay = 0;
    let most = 0;
    const read = vi.fn(async (cursor: string | null) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 50));
      underWay--;
      return shared.log.read(cursor);
    });
    const revocations = createRevocations({ store: { ...shared, log: { ...log, read } }, leewayMs: 0 });
    const started = revocations.start();
    wake();
    await pass(60);
    await started;
    expect(read).toHaveBeenCalledTimes(2);
    await pass(50);
    for (let times = 0; times < 100; times++) wake();
    expect(read).toHaveBeenCalledTimes(2);
    await pass(10);
    expect(read).toHaveBeenCalledTimes(3);
    await pass(1_000);
    expect(most).toBe(1);
    const closed = revocations.close();
    await pass(50);
    await closed;
    expect(stop).toHaveBeenCalledOnce();
  });

  it('ends with close, which waits for what is under way, and leaves no timer', async () => {
    await node.revocations.start();
    node.setTrouble({ log: 'silent' });
    await pass(pollMs);
    let isClosed = false;
    const closed = node.revocations.close().then(() => {
      isClosed = true;
    });
    await pass(boundMs);
    expect(isClosed).toBe(false);
    node.hear();
    await closed;
    expect(vi.getTimerCount()).toBe(0);
    const reads = node.calls.length;
    await pass(10 * boundMs);
    expect(node.calls).toHaveLength(reads);
    expect(stateOf(node)).toBe('direct');
    expect(await node.revocations.isRevoked(subjectOf('phone'))).toBe(false);
  });

  it('keeps no process alive', { timeout: 120_000 }, () => {
    const program = fileURLToPath(new URL('programs/read-and-return.ts', import.meta.url));
    const args = ['--conditions', '@tessera-auth/source', '--import', 'tsx', program];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 100_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'fresh\n', stderr: '' });
  });
});

describe('state changes', () => {
  it('are told in order, with the cause, and a listener that throws stops nothing', async () => {
    const told: RevocationStatus[] = [];
    node = startNode(shared, {
      onStateChange(status) {
        told.push(status);
        throw new Error('the listener is broken');
      },
    });
    await node.revocations.start();
    node.setTrouble({ log: 'away', direct: 'away' });
    await pass(boundMs + pollMs);
    await refusalCode(Promise.resolve(node.revocations.isRevoked(subjectOf('phone'))));
    node.setTrouble({ log: 'none', direct: 'none' });
    await pass(pollMs);
    expect(told.map(({ state }) => state)).toEqual(['fresh', 'stale', 'down', 'fresh']);
    expect(told[2]?.cause).toMatchObject({ code: 'store_unavailable' });
    expect(told[3]).not.toHaveProperty('cause');
  });

  it('a listener that rejects stops neither the reading nor the process', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    node = startNode(shared, { onStateChange: () => Promise.reject(new Error('the metrics are away')) });
    await node.revocations.start();
    expect(stateOf(node)).toBe('fresh');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('options', () => {
  it.each([
    [{ bound: '100ms' }, 'revocation.bound'],
    [{ bound: '2m' }, 'revocation.bound'],
    [{ pollInterval: '600ms' }, 'revocation.pollInterval'],
    [{ pollInterval: '1ms' }, 'revocation.pollInterval'],
    [{ maxEntries: 0 }, 'revocation.maxEntries'],
    [{ maxEntries: 1.5 }, 'revocation.maxEntries'],
    [{ check: 'sometimes' }, 'revocation.check'],
  ] as const)('refuses %o', (options, name) => {
    expect(() => startNode(shared, options as never)).toThrow(new RegExp(`^${name}:`));
  });

  it('needs a log to replicate, and asks directly where there is none', async () => {
    const { log: _log, ...withoutLog } = createSharedStore();
    expect(() => createRevocations({ store: withoutLog, leewayMs: 0, check: 'replicated' })).toThrow(
      /^revocation\.check:/,
    );
    expect(createRevocations({ store: withoutLog, leewayMs: 0 }).status().state).toBe('direct');
  });

  it('asks directly where the store is in this process, unless told otherwise', async () => {
    const store = createMemoryRevocationStore();
    expect(createRevocations({ store, leewayMs: 0 }).policy.check).toBe('direct');
    expect(createRevocations({ store, leewayMs: 0, check: 'replicated' }).policy.check).toBe('replicated');
  });
});
