import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { type AuditStore, createAuth } from '@tessera-auth/core';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshSchema, freshStores, recordStatements } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 60_000 });

let pool: pg.Pool;
let stores: PostgresStores;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'audit'), { max: 20 });
});
afterAll(() => pool.end());
beforeEach(async () => {
  stores = await freshStores(pool, { timeout: '30s', audit: true });
});

const tenantId = 'acme';
const secret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';
const startAuth = () =>
  createAuth({ publicUrl: 'https://app.example.com', secret, stores, emailVerification: 'off' });
const event = (userId: string) => ({
  type: 'user_created' as const,
  tenantId,
  userId,
  at: new Date(1_700_000_000_123),
});

describe('the audit log in Postgres', () => {
  it('keeps all that many append at once, in one chain', async () => {
    const { audit } = startAuth();
    await Promise.all(Array.from({ length: 64 }, async (_, at) => audit?.append([event(`user-${at}`)])));
    expect(await audit?.verify(tenantId)).toEqual({ intact: true, checked: 64, firstBroken: null });
  });

  it('keeps a draft once', async () => {
    const append = (): Promise<void> | undefined =>
      stores.audit?.append({
        tenantId,
        drafts: [{ id: 'one', at: new Date(0), type: 'user_created', userPseudonym: null, data: '{}' }],
        link: () => ({ keyId: 'key', hash: 'hash' }),
      });
    await Promise.all([append(), append()]);
    expect(await stores.audit?.list({ tenantId, limit: 10 })).toHaveLength(1);
  });

  it('lists by user, type, time and place', async () => {
    const { audit } = startAuth();
    await audit?.append(['ada', 'bob', 'ada'].map(event));
    const seqs = async (query: object) =>
      (await audit?.list({ tenantId, limit: 10, ...query }))?.map(({ seq }) => seq);
    expect(await seqs({ userId: 'ada' })).toEqual([1, 3]);
    expect(await seqs({ type: 'session_ended' })).toEqual([]);
    expect(await seqs({ from: event('').at })).toEqual([1, 2, 3]);
    expect(await seqs({ to: event('').at })).toEqual([]);
    expect(await seqs({ afterSeq: 1, limit: 1 })).toEqual([2]);
    expect(await seqs({ tenantId: 'other' })).toEqual([]);
  });

  it('is written with the change or not at all', async () => {
    const audit: AuditStore | undefined = stores.audit;
    const draft = { id: 'one', at: new Date(0), type: 'user_created', userPseudonym: null, data: '{}' };
    const failing = stores.transactions.run(async (inner) => {
      await inner.audit?.append({ tenantId, drafts: [draft], link: () => ({ keyId: 'k', hash: 'h' }) });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await audit?.findHead(tenantId)).toEqual({ seq: 0, hash: '' });
  });

  it('makes a pseudonym with the change or not at all, and forgets whose it was', async () => {
    const { audit } = startAuth();
    const proposal = { tenantId, userId: 'ada', pseudonym: 'name', salt: 'salt' };
    const failing = stores.transactions.run(async (inner) => {
      await inner.audit?.assignPseudonyms([proposal]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await stores.audit?.findPseudonym(proposal)).toBeNull();
    await audit?.append([event('ada')]);
    expect(await audit?.list({ tenantId, limit: 10 })).toMatchObject([{ userId: 'ada' }]);
    expect(await audit?.forget({ tenantId, userId: 'ada' })).toBe(true);
    expect(await audit?.list({ tenantId, limit: 10 })).toMatchObject([{ userId: null }]);
    expect(await audit?.verify(tenantId)).toMatchObject({ intact: true, checked: 1 });
  });

  it('shows nobody who reads the tables where requests came from, nor anybody once the user is forgotten', async () => {
    const schema = freshSchema();
    stores = postgresStores({ pool, schema, audit: true });
    await stores.migrate();
    const { audit } = startAuth();
    const from = { ip: '203.0.113.77', userAgent: 'Zorbrowser/7' };
    await audit?.append(['ada', 'bob'].map((userId) => ({ ...event(userId), ...from })));
    const { rows } = await pool.query(
      `select to_jsonb(entry)::text as row from ${schema}.audit_entries as entry`,
    );
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toMatch(/203\.0\.113|Zorbrowser/);
    expect(await audit?.list({ tenantId, limit: 10 })).toMatchObject([from, from]);
    await audit?.forget({ tenantId, userId: 'ada' });
    expect(await audit?.list({ tenantId, limit: 10 })).toMatchObject([{ ip: null, userAgent: null }, from]);
    expect(await audit?.verify(tenantId)).toMatchObject({ intact: true, checked: 2 });
  });

  it('sends as much for what nobody did as for what a known user did (ASVS 6.3.8)', async () => {
    const recorded = recordStatements(pool);
    stores = await freshStores(recorded.pool as pg.Pool, { audit: true });
    const { audit } = startAuth();
    const failure = { type: 'authn_login_fail', tenantId, factor: 'password', at: new Date(0) } as const;
    const statementsOf = async (userId: string | null) => {
      recorded.sent.splice(0);
      await audit?.append([{ ...failure, userId, ip: null, userAgent: null }]);
      return recorded.sent.map(({ text }) => text);
    };
    await audit?.append([event('ada')]);
    const known = await statementsOf('ada');
    expect(known.length).toBeGreaterThan(3);
    expect(await statementsOf(null)).toEqual(known);
  });

  it('prunes what is old, also while others append, and verifies from the seal on', async () => {
    const { audit } = startAuth();
    const at = (ms: number) => new Date(event('').at.getTime() + ms);
    await audit?.append(Array.from({ length: 1_200 }, (_, ms) => ({ ...event('ada'), at: at(ms) })));
    const pruning = () => audit?.prune(tenantId, { before: at(1_100) });
    const [first, second] = await Promise.all([
      pruning(),
      pruning(),
      ...['bob', 'eve'].map((userId) => audit?.append([{ ...event(userId), at: at(5_000) }])),
      audit?.verify(tenantId).then((verdict) => expect(verdict.intact).toBe(true)),
    ]);
    expect([first, second]).toMatchObject([{ firstBroken: null }, { firstBroken: null }]);
    const removed = [first, second].map((pruned) => (pruned as { removed: number }).removed);
    expect((removed[0] ?? 0) + (removed[1] ?? 0)).toBe(1_100);
    expect((await audit?.list({ tenantId, limit: 1 }))?.[0]?.seq).toBe(1_101);
    const notes = await audit?.list({ tenantId, type: 'audit_pruned', limit: 10 });
    // Whoever found something to remove left an entry before, and one with how much it was.
    const counts = notes?.map(({ data }) => (JSON.parse(data) as { removed: number | null }).removed) ?? [];
    expect(counts.filter((count) => count === null)).toHaveLength(counts.length / 2);
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(1_100);
    const checked = 102 + (notes?.length ?? 0);
    expect(await audit?.verify(tenantId)).toEqual({ intact: true, checked, firstBroken: null });
  });

  it('deletes by hand only what a seal covers, and a seal that was made up is named', async () => {
    const schema = freshSchema();
    stores = postgresStores({ pool, schema, audit: true });
    await stores.migrate();
    const { audit } = startAuth();
    await audit?.append(['ada', 'bob', 'eve'].map(event));
    await audit?.append([{ ...event('ada'), tenantId: 'globex' }]);
    await pool.query(
      `insert into ${schema}.audit_seals
       select tenant_id, seq, hash, key_id, 'made up' from ${schema}.audit_entries where tenant_id = 'acme' and seq = 2`,
    );
    const deleting = (where: string) => pool.query(`delete from ${schema}.audit_entries where ${where}`);
    for (const where of ['seq <= 3', `tenant_id = 'acme' and seq in (1, 3)`, `tenant_id = 'globex'`])
      await expect(deleting(where)).rejects.toMatchObject({ code: '42501' });
    expect(await audit?.verify(tenantId)).toMatchObject({ firstBroken: { seq: 2, reason: 'seal_forged' } });
    await deleting(`tenant_id = 'acme' and seq <= 2`);
    expect(await audit?.verify(tenantId)).toMatchObject({ firstBroken: { seq: 2, reason: 'seal_forged' } });
    await pool.query(`delete from ${schema}.audit_seals`);
    expect(await audit?.verify(tenantId)).toMatchObject({ firstBroken: { seq: 1, reason: 'missing' } });
  });

  it('refuses to change, delete and truncate entries', async () => {
    const schema = freshSchema();
    stores = postgresStores({ pool, schema, audit: true });
    await stores.migrate();
    const { audit } = startAuth();
    await audit?.append([event('ada')]);
    const name = `${schema}.audit_entries`;
    for (const statement of [`update ${name} set type = ''`, `delete from ${name}`, `truncate ${name}`]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    expect(await audit?.verify(tenantId)).toMatchObject({ intact: true, checked: 1 });
  });
});
