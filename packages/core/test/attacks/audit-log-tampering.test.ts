/**
 * ASVS 16.4.2: somebody who can write to the database changes, removes, swaps or makes up entries of the audit log to hide
 * what they did.
 */
import {
  type AuditEntry,
  type AuditStore,
  type AuthOptions,
  createMemoryAuditStore,
  memoryStores,
} from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { createAuthBench, newRootSecret, origin, rootSecret } from '../auth-bench.js';

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
  ['user', { userId: 'mallory' }],
  ['nobody', { userId: null }],
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
