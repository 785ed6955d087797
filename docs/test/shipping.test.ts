import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditEntry,
  type Auth,
  createAuth,
  createMemoryAuditStore,
  memoryStores,
} from '@tessera-auth/core';
import { beforeAll, expect, it } from 'vitest';
import { findSection, listBlocks, readPage, repository } from './support/pages.js';

type Ship = (line: string) => Promise<void>;

/** What the block of the guide exports. */
interface Shipping {
  createShippedAuth(ship: Ship): Auth;
  shipEntries(auth: Auth, tenantId: string, afterSeq: number, ship: Ship): Promise<number>;
}

const secret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';
const lines: string[] = [];
const read = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  const [block] = listBlocks(findSection(readPage('docs/guide/audit.md'), '## To another system'));
  if (block === undefined) throw new Error('docs/guide/audit.md: no program for another system');
  const folder = join(repository, 'docs/.cache/shipping');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'shipping.ts'), block.code);
  const { createShippedAuth, shipEntries } = (await import(join(folder, 'shipping.ts'))) as Shipping;

  process.env.AUTH_SECRET = secret;
  const ship: Ship = async (line) => void lines.push(line);
  const auth = createShippedAuth(ship);
  const origin = { ip: '203.0.113.7', userAgent: 'a\nb', isBrowser: false };
  const registration = { tenantId: '', email: 'ada@example.com', name: null, origin };
  await auth.register({ ...registration, password: 'seven quiet herons wade' });
  await auth.signInWithPassword({ ...registration, password: 'wrong' }).catch(() => {});
  const first = await shipEntries(auth, '', 0, ship);
  await auth.signInWithPassword({ ...registration, password: 'wrong' }).catch(() => {});
  await shipEntries(auth, '', first, ship);
}, 60_000);

/** The end of the chain as it was sent last, and the entries, in a store that knows nothing else. */
function verifyShipped(entries: readonly Record<string, unknown>[]) {
  const shipped = entries.map(
    (entry) => ({ ...entry, at: new Date(String(entry.at)) }) as unknown as AuditEntry,
  );
  const head = read().findLast(({ kind }) => kind === 'head');
  const elsewhere = createAuth({
    publicUrl: 'https://log.example.com',
    secret,
    stores: {
      ...memoryStores(),
      audit: {
        ...createMemoryAuditStore(),
        findHead: async () => ({ seq: Number(head?.seq), hash: String(head?.hash) }),
        list: async ({ afterSeq = 0 }) => shipped.filter(({ seq }) => seq > afterSeq),
      },
    },
    emailVerification: 'off',
  });
  return elsewhere.audit?.verify('');
}

it('what is sent away is one JSON document a line, with instants in UTC (ASVS 16.2.2, 16.2.4)', () => {
  const told = read().filter(({ kind }) => kind !== 'head');
  expect(told.length).toBeGreaterThan(6);
  for (const { at, type, tenantId } of told) {
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect({ type, tenantId }).toEqual({ type: expect.stringMatching(/^[a-z_]+$/), tenantId: '' });
  }
  for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
});

it('it verifies where the database is not, and shows what is missing there (ASVS 16.4.3)', async () => {
  const entries = read().filter(({ kind }) => kind === 'entry');
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(await verifyShipped(entries)).toEqual({ intact: true, checked: 4, firstBroken: null });
  expect(await verifyShipped(entries.slice(0, 3))).toMatchObject({
    firstBroken: { seq: 4, reason: 'missing' },
  });
  const altered = entries.map((entry) => (entry.seq === 3 ? { ...entry, type: 'user_created' } : entry));
  expect(await verifyShipped(altered)).toMatchObject({ firstBroken: { seq: 3, reason: 'altered' } });
});
