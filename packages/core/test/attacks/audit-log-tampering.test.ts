/**
 * ASVS 16.4.2: somebody who can write to the database changes, removes, swaps or makes up entries of the audit log to hide
 * what they did.
 */
import {
  type AuditEntry,
  type AuditPseudonym,
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
      { type: 'authn_login_fail', tenantId, userId, at: new Date(bench.clock.now()), ...origin },
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
