/**
 * ASVS 16.4.2: somebody who can write to the database changes, removes, swaps or makes up entries of the audit log to hide
 * what they did.
 */
import {
  type AuditEntry,
  type AuditPseudonym,
  type AuditSeal,
  type AuditStore,
  type AuthOptions,
  createMemoryAuditStore,
  memoryStores,
} from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { createAuthBench, newRootSecret, origin, rootSecret } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const tenantId = 'acme';

/** An audit log of five entries, seen through what somebody did to its rows. */
async function verifyAfter(
  tamper: (entries: readonly AuditEntry[]) => readonly AuditEntry[],
  options: Partial<AuthOptions> = {},
) {
  const honest = createMemoryAuditStore();
  let isTampered = false;
  const audit: AuditStore = {
    ...honest,
    async list(query) {
      const entries = await honest.list(query);
      return isTampered ? tamper(entries).filter(({ seq }) => seq > (query.afterSeq ?? 0)) : entries;
    },
  };
  const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
  const { auth } = bench;
  for (const userId of ['ada', 'bob', 'eve', 'kim', 'zoe']) {
    await auth.audit?.append([
      {
        type: 'authn_login_fail',
        factor: 'password',
        tenantId,
        userId,
        at: new Date(bench.clock.now()),
        ...origin,
      },
    ]);
  }
  isTampered = true;
  return bench.startNode(options).audit?.verify(tenantId);
}

const change = (seq: number, to: Partial<AuditEntry>) => (entries: readonly AuditEntry[]) =>
  entries.map((entry) => (entry.seq === seq ? { ...entry, ...to } : entry));

it('holds when nobody touched it', async () => {
  expect(await verifyAfter((entries) => entries)).toEqual({ intact: true, checked: 5, firstBroken: null });
});

it('holds under a new root secret while the old one is listed, and not once it is gone', async () => {
  const untouched = (entries: readonly AuditEntry[]) => entries;
  expect(await verifyAfter(untouched, { secret: [newRootSecret, rootSecret] })).toMatchObject({
    intact: true,
  });
  expect((await verifyAfter(untouched, { secret: newRootSecret }))?.firstBroken).toEqual({
    seq: 1,
    reason: 'key_unknown',
  });
});

it.each<[string, Partial<AuditEntry>]>([
  ['type', { type: 'user_created' }],
  ['user', { userPseudonym: 'A'.repeat(43) }],
  ['nobody', { userPseudonym: null }],
  ['time', { at: new Date(0) }],
  ['data', { data: '{}' + ' ' }],
  ['id', { id: 'another' }],
  ['tenant', { tenantId: 'other' }],
  ['hash', { hash: 'A'.repeat(43) }],
])('names the first entry with another %s', async (_what, to) => {
  expect(await verifyAfter(change(3, to))).toEqual({
    intact: false,
    checked: 2,
    firstBroken: { seq: 3, reason: 'altered' },
  });
});

it('names an entry that was deleted, at the start, in the middle and at the end', async () => {
  for (const seq of [1, 3, 5]) {
    const verdict = await verifyAfter((entries) => entries.filter((entry) => entry.seq !== seq));
    expect(verdict?.firstBroken).toEqual({ seq, reason: 'missing' });
  }
});

it('names the first of two entries that were swapped', async () => {
  const swapped = await verifyAfter((entries) =>
    entries
      .map((entry) => ({ ...entry, seq: entry.seq === 2 ? 4 : entry.seq === 4 ? 2 : entry.seq }))
      .sort((a, b) => a.seq - b.seq),
  );
  expect(swapped?.firstBroken).toEqual({ seq: 2, reason: 'reordered' });
});

it('names an entry that was made up after the end', async () => {
  const forged = await verifyAfter((entries) => {
    const last = entries.at(-1);
    if (last?.seq !== 5) return entries;
    return [...entries, { ...last, id: 'forged', seq: 6, previousHash: last.hash }];
  });
  expect(forged?.firstBroken).toEqual({ seq: 6, reason: 'altered' });
});

describe('who makes room in a pruned log', () => {
  /** A log of five entries of which the first two were pruned, and what somebody made of its seal. */
  async function withSeal(
    tamper: (seal: AuditSeal | null, entries: readonly AuditEntry[]) => AuditSeal | null,
    { hidden = 0 }: { readonly hidden?: number } = {},
  ) {
    const honest = createMemoryAuditStore();
    let isTampered = false;
    const audit: AuditStore = {
      ...honest,
      async findSeal(of) {
        const seal = await honest.findSeal(tenantId);
        return isTampered ? tamper(seal, await honest.list({ tenantId: of, limit: 10 })) : seal;
      },
      list: async (query) => (await honest.list(query)).filter(({ seq }) => !isTampered || seq > hidden),
    };
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const log = bench.auth.audit;
    if (log === null) throw new Error('there is an audit log');
    const start = bench.clock.now();
    const event = (ms: number) => ({
      ...{ type: 'user_created' as const, tenantId, userId: `user-${ms}` },
      at: new Date(start + ms),
    });
    await log.append([1, 2, 3, 4, 5].map(event));
    bench.clock.advance(1_000);
    const before = new Date(start + 3);
    expect(await log.prune(tenantId, { before })).toEqual({ removed: 2, firstBroken: null });
    isTampered = true;
    return { bench, log, start };
  }

  it('holds from the seal on when nobody touched it', async () => {
    const { log } = await withSeal((seal) => seal);
    expect(await log.verify(tenantId)).toEqual({ intact: true, checked: 5, firstBroken: null });
  });

  it('names the first broken entry after the seal', async () => {
    const { log } = await withSeal((seal) => seal, { hidden: 3 });
    expect((await log.verify(tenantId)).firstBroken).toEqual({ seq: 3, reason: 'missing' });
  });

  it('misses the entries of which the seal was taken away', async () => {
    const { log } = await withSeal(() => null);
    expect((await log.verify(tenantId)).firstBroken).toEqual({ seq: 1, reason: 'missing' });
  });

  it('names a seal that was moved on to hide an entry', async () => {
    const moved = (seal: AuditSeal | null, entries: readonly AuditEntry[]) => {
      const hidden = entries.find(({ seq }) => seq === 4);
      if (seal === null || hidden === undefined) throw new Error('both are there');
      return { ...seal, seq: hidden.seq, hash: hidden.hash };
    };
    const { log, start } = await withSeal(moved, { hidden: 4 });
    const firstBroken = { seq: 4, reason: 'seal_forged' };
    expect(await log.verify(tenantId)).toEqual({ intact: false, checked: 0, firstBroken });
    const before = new Date(start + 1_000);
    expect(await log.prune(tenantId, { before })).toEqual({ removed: 0, firstBroken });
  });

  it.each<[string, Partial<AuditSeal>, string]>([
    ['number', { seq: 3 }, 'seal_forged'],
    ['hash', { hash: 'A'.repeat(43) }, 'seal_forged'],
    ['MAC', { mac: 'A'.repeat(43) }, 'seal_forged'],
    ['key', { keyId: 'AAAAAAAA' }, 'key_unknown'],
  ])('names a seal with another %s', async (_what, to, reason) => {
    const { log } = await withSeal((seal) => (seal === null ? null : { ...seal, ...to }));
    expect((await log.verify(tenantId)).firstBroken).toEqual({ seq: to.seq ?? 2, reason });
  });

  it('names the seal of another tenant', async () => {
    const { log } = await withSeal((seal) => seal);
    expect((await log.verify('globex')).firstBroken).toEqual({ seq: 2, reason: 'seal_forged' });
  });

  it('takes no hash of an entry for the MAC of a seal', async () => {
    const { log } = await withSeal((seal, [first]) =>
      seal === null || first === undefined ? null : { ...seal, mac: first.hash },
    );
    expect((await log.verify(tenantId)).firstBroken).toEqual({ seq: 2, reason: 'seal_forged' });
  });

  it('names an entry that was put where others were pruned, and leaves it there as evidence', async () => {
    const honest = createMemoryAuditStore();
    const forged: AuditEntry[] = [];
    const audit: AuditStore = {
      ...honest,
      list: async (query) =>
        [...forged.filter(({ seq }) => seq > (query.afterSeq ?? 0)), ...(await honest.list(query))].slice(
          0,
          query.limit,
        ),
    };
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const log = bench.auth.audit;
    if (log === null) throw new Error('there is an audit log');
    const start = bench.clock.now();
    const event = (ms: number) => ({
      ...{ type: 'user_created' as const, tenantId, userId: `user-${ms}` },
      at: new Date(start + ms),
    });
    await log.append([1, 2, 3, 4, 5].map(event));
    const [first] = await honest.list({ tenantId, limit: 1 });
    if (first === undefined) throw new Error('there is a first entry');
    bench.clock.advance(1_000);
    await log.prune(tenantId, { before: new Date(start + 3) });
    // The very entry that stood there, and one that never was.
    for (const entry of [first, { ...first, type: 'user_deleted' }]) {
      forged.splice(0, 1, entry);
      expect(await log.list({ tenantId, limit: 1 })).toMatchObject([{ seq: 1, type: entry.type }]);
      const firstBroken = { seq: 1, reason: 'reordered' };
      expect(await log.verify(tenantId)).toEqual({ intact: false, checked: 0, firstBroken });
      const before = new Date(start + 1_000);
      expect(await log.prune(tenantId, { before })).toEqual({ removed: 0, firstBroken });
    }
  });

  it('puts no seal on what somebody changed: it stays, with all after it', async () => {
    const honest = createMemoryAuditStore();
    const audit: AuditStore = {
      ...honest,
      list: async (query) =>
        (await honest.list(query)).map((entry) => (entry.seq === 3 ? { ...entry, data: '{} ' } : entry)),
    };
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const at = new Date(bench.clock.now());
    await bench.auth.audit?.append(
      ['ada', 'bob', 'eve', 'kim'].map((userId) => ({ type: 'user_created', tenantId, userId, at })),
    );
    const firstBroken = { seq: 3, reason: 'altered' };
    bench.clock.advance(1);
    const before = new Date(bench.clock.now());
    expect(await bench.auth.audit?.prune(tenantId, { before })).toEqual({ removed: 2, firstBroken });
    expect(await bench.auth.audit?.verify(tenantId)).toEqual({ intact: false, checked: 0, firstBroken });
    expect((await honest.list({ tenantId, limit: 10 })).map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
  });
});

describe('who changes the map of pseudonyms', () => {
  /** Two users of the log, and what the map says of them since somebody changed it. */
  async function withMap(tamper: (known: AuditPseudonym, other: AuditPseudonym) => Partial<AuditPseudonym>) {
    const honest = createMemoryAuditStore();
    let isTampered = false;
    const read = async (found: readonly AuditPseudonym[]): Promise<readonly AuditPseudonym[]> => {
      if (!isTampered) return found;
      const userOf = (userId: string) => honest.findPseudonym({ tenantId, userId });
      const [ada, eve] = [await userOf('ada'), await userOf('eve')];
      if (ada === null || eve === null) throw new Error('both are in the map');
      return found.map((known) => ({ ...known, ...tamper(known, known.userId === 'ada' ? eve : ada) }));
    };
    const audit: AuditStore = {
      ...honest,
      assignPseudonyms: async (proposals) => read(await honest.assignPseudonyms(proposals)),
      async findPseudonym(user) {
        const known = await honest.findPseudonym(user);
        return known === null ? null : ((await read([known]))[0] ?? null);
      },
      listPseudonyms: async (tenant, names) => read(await honest.listPseudonyms(tenant, names)),
    };
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const log = bench.auth.audit;
    if (log === null) throw new Error('there is an audit log');
    const at = new Date(bench.clock.now());
    const event = (userId: string) => ({ type: 'user_created' as const, tenantId, userId, at });
    await log.append([event('ada'), event('eve')]);
    isTampered = true;
    return { log, event };
  }

  it.each<[string, Parameters<typeof withMap>[0]]>([
    ['swaps the names of two users', (_known, { pseudonym }) => ({ pseudonym })],
    ['swaps names with their salts', (_known, { pseudonym, salt }) => ({ pseudonym, salt })],
    ['swaps two users', (_known, { userId }) => ({ userId })],
    ['moves a user to another tenant', () => ({ tenantId: 'globex' })],
    ['makes up a salt', () => ({ salt: 'A'.repeat(22) })],
  ])('puts no act on somebody else: %s', async (_what, tamper) => {
    const { log, event } = await withMap(tamper);
    for (const { userId } of await log.list({ tenantId, limit: 10 })) expect(userId).toBeNull();
    expect(await log.list({ tenantId, userId: 'ada', limit: 10 })).toEqual([]);
    expect(await refusalCode(log.append([event('ada')]))).toBe('store_unavailable');
    expect(await log.verify(tenantId)).toMatchObject({ intact: true, checked: 2 });
  });
});
