import {
  type AuditEntry,
  type AuditStore,
  type AuthEvent,
  type AuthOptions,
  createMemoryAuditStore,
  memoryStores,
  outcomeOf,
} from '@tessera-auth/core';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { describe, expect, it } from 'vitest';
import { createAuthBench, newRootSecret, origin, password, rootSecret } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const benchWith = (audit: AuditStore) =>
  createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });

it('keeps what flows record, without secrets, and with address and browser where nobody reads them in the database', async () => {
  const store = createMemoryAuditStore();
  const bench = benchWith(store);
  const { user, ...signedIn } = await bench.register();
  await bench.signIn('Wrong-Guess-Of-99').catch(() => {});
  const { tenantId } = user;
  const entries = await bench.auth.audit?.list({ tenantId, limit: 100 });
  expect(entries?.map(({ type }) => type)).toContain('user_created');
  expect(entries?.map(({ type }) => type)).toContain('authn_login_fail');
  expect(await bench.auth.audit?.verify(tenantId)).toMatchObject({ intact: true, checked: entries?.length });
  const { ip, userAgent } = origin;
  for (const type of ['authn_login_success', 'authn_login_fail'])
    expect(entries?.find((entry) => entry.type === type)).toMatchObject({ ip, userAgent });
  const kept = JSON.stringify(await store.list({ tenantId, limit: 100 }));
  for (const hidden of [password, 'Wrong-Guess-Of-99', origin.ip, origin.userAgent])
    expect(kept).not.toContain(hidden);
  for (const token of JSON.stringify(signedIn).match(/[\w.-]{60,}/g) ?? []) expect(kept).not.toContain(token);
});

it('says who signed in where somebody else had not signed out, and seals their address for them', async () => {
  const bench = benchWith(createMemoryAuditStore());
  const { audit } = bench.auth;
  const mallory = await bench.register('mallory@example.org');
  const bob = await bench.register('bob@example.org');
  const claim = { tenantId: '', email: 'bob@example.org', password, replaces: mallory.refreshToken };
  await bench.auth.signInWithPassword({ ...claim, origin });
  const findEnd = async () =>
    (await audit?.list({ tenantId: '', limit: 100 }))?.find(({ type }) => type === 'session_ended');
  expect(await findEnd()).toMatchObject({ userId: mallory.user.userId, actorId: bob.user.userId });
  await audit?.forget(mallory.user);
  expect(await findEnd()).toMatchObject({ userId: null, actorId: bob.user.userId });
});

it('is null without a store', () => {
  expect(createAuthBench().auth.audit).toBeNull();
});

it('answers nothing as done that could not be recorded', async () => {
  const failing: AuditStore = {
    ...createMemoryAuditStore(),
    append: async () => {
      throw storeUnavailable(new Error('away'));
    },
  };
  const bench = benchWith(failing);
  expect(await refusalCode(bench.register())).toBe('store_unavailable');
  expect(await bench.listEvents()).toEqual([]);
});

describe('pseudonyms', () => {
  const tenantId = 'acme';
  const setUp = async () => {
    const store = createMemoryAuditStore();
    const bench = benchWith(store);
    const { audit } = bench.auth;
    if (audit === null) throw new Error('there is an audit log');
    const at = new Date(bench.clock.now());
    await audit.append([
      { type: 'user_created', tenantId, userId: 'ada', at },
      { type: 'user_disabled', tenantId, userId: 'ada', actorId: 'boss', at },
      { type: 'user_disabled', tenantId, userId: 'bob', actorId: 'ada', at },
      { type: 'user_enabled', tenantId, userId: 'bob', actorId: null, at },
      { type: 'authn_login_fail', tenantId, userId: null, at, factor: 'password', ...origin },
    ]);
    const list = (query: object = {}) => audit.list({ tenantId, limit: 100, ...query });
    return { store, audit, at, list };
  };

  it('stand in entries for every user id, and are shown as whom they stand for', async () => {
    const { store, list } = await setUp();
    const kept = JSON.stringify(await store.list({ tenantId, limit: 100 }));
    for (const userId of ['ada', 'bob', 'boss']) expect(kept).not.toContain(userId);
    const shown = await list();
    expect(shown.map(({ userId, actorId }) => [userId, actorId])).toEqual([
      ['ada', null],
      ['ada', 'boss'],
      ['bob', 'ada'],
      ['bob', null],
      [null, null],
    ]);
    expect(shown[0]?.userPseudonym).toMatch(/^[\w-]{43}$/);
    expect(shown[2]?.actorPseudonym).toBe(shown[0]?.userPseudonym);
    expect(JSON.parse(shown[2]?.data ?? '')).toEqual({ actorId: shown[0]?.userPseudonym });
  });

  it('differ from tenant to tenant, and a user has one in each', async () => {
    const { audit, at, list } = await setUp();
    await audit.append([{ type: 'user_created', tenantId: 'globex', userId: 'ada', at }]);
    const names = (await list({ userId: 'ada' })).map(({ userPseudonym }) => userPseudonym);
    const [abroad] = await list({ tenantId: 'globex' });
    expect(new Set(names).size).toBe(1);
    expect(names).not.toContain(abroad?.userPseudonym);
  });

  it('find the entries of a user, and none for whoever has none', async () => {
    const { list } = await setUp();
    expect((await list({ userId: 'ada' })).map(({ seq }) => seq)).toEqual([1, 2]);
    for (const userId of ['nobody', '', '\0']) expect(await list({ userId })).toEqual([]);
  });

  it('stand for nobody once the user is forgotten, and the chain holds', async () => {
    const { store, audit, at, list } = await setUp();
    const before = await store.list({ tenantId, limit: 100 });
    expect(await audit.forget({ tenantId, userId: 'ada' })).toBe(true);
    expect(await audit.forget({ tenantId, userId: 'ada' })).toBe(false);
    expect(await store.list({ tenantId, limit: 100 })).toEqual(before);
    expect(await audit.verify(tenantId)).toEqual({ intact: true, checked: 5, firstBroken: null });
    expect(await list({ userId: 'ada' })).toEqual([]);
    expect((await list()).map(({ userId, actorId }) => [userId, actorId])).toEqual([
      [null, null],
      [null, 'boss'],
      ['bob', null],
      ['bob', null],
      [null, null],
    ]);
    expect(JSON.stringify(await list())).not.toContain('"ada"');

    await audit.append([{ type: 'user_created', tenantId, userId: 'ada', at }]);
    const [later] = await list({ userId: 'ada' });
    expect(later?.seq).toBe(6);
    expect(before.map(({ userPseudonym }) => userPseudonym)).not.toContain(later?.userPseudonym);
  });
});

describe('address and browser', () => {
  const tenantId = 'acme';
  const { ip, userAgent } = origin;
  const from = { ip, userAgent };
  const unknown = { ip: null, userAgent: null };
  const setUp = async (tamper: (entries: readonly AuditEntry[]) => readonly AuditEntry[] = (all) => all) => {
    const store = createMemoryAuditStore();
    const bench = benchWith({ ...store, list: async (query) => tamper(await store.list(query)) });
    const { audit } = bench.auth;
    if (audit === null) throw new Error('there is an audit log');
    const at = new Date(bench.clock.now());
    await audit.append([
      { type: 'user_created', tenantId, userId: 'ada', at, ...from },
      { type: 'user_disabled', tenantId, userId: 'ada', actorId: 'boss', at, ...from },
      { type: 'user_enabled', tenantId, userId: 'ada', actorId: null, at, ...from },
      { type: 'authn_login_fail', tenantId, userId: null, at, factor: 'password', ...from },
      { type: 'user_created', tenantId, userId: 'ada', at },
    ]);
    const list = async (options: Partial<AuthOptions> = {}) =>
      (await bench.startNode(options).audit?.list({ tenantId, limit: 100 })) ?? [];
    return { store, audit, list };
  };
  const swapAt = (at: number, text: string) =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  const originOf = (entry: Pick<AuditEntry, 'data'> | undefined): string =>
    JSON.parse(entry?.data ?? '{}').origin;

  it('come back, and are sealed where they are stored, anew for each entry', async () => {
    const { store, list } = await setUp();
    expect(await list()).toMatchObject([from, from, from, from, unknown]);
    const stored = await store.list({ tenantId, limit: 100 });
    expect(JSON.stringify(stored)).not.toMatch(/203\.0\.113|Mozilla/);
    const sealed = stored.slice(0, 4).map(originOf);
    for (const text of sealed) expect(text).toMatch(/^[\w-]{100,}$/);
    expect(new Set(sealed).size).toBe(4);
    expect(JSON.parse(stored[4]?.data ?? '')).toEqual({});
  });

  it('go with whoever made the request, and the chain holds (GDPR article 17)', async () => {
    const { audit, list } = await setUp();
    await audit.forget({ tenantId, userId: 'ada' });
    expect(await list()).toMatchObject([unknown, from, unknown, from, unknown]);
    await audit.forget({ tenantId, userId: 'boss' });
    expect(await list()).toMatchObject([unknown, unknown, unknown, from, unknown]);
    expect(await audit.verify(tenantId)).toEqual({ intact: true, checked: 5, firstBroken: null });
  });

  it('cannot be read without the salt of whoever made the request, also by who has the secret and the tables', async () => {
    const { audit, list } = await setUp((entries) =>
      entries.map((entry) => ({
        ...entry,
        userPseudonym: null,
        data: entry.data.replace('actorId', 'nobody'),
      })),
    );
    await audit.forget({ tenantId, userId: 'ada' });
    expect(await list()).toMatchObject([unknown, unknown, unknown, from, unknown]);
  });

  it('come back under a new root secret while the old one is listed, and not without it', async () => {
    const { list } = await setUp();
    expect(await list({ secret: [newRootSecret, rootSecret] })).toMatchObject([
      from,
      from,
      from,
      from,
      unknown,
    ]);
    const gone = await list({ secret: newRootSecret });
    expect(gone).toMatchObject([unknown, unknown, unknown, unknown, unknown]);
    expect(gone[1]).toMatchObject({ userId: 'ada', actorId: 'boss', type: 'user_disabled' });
  });

  it.each<[string, (data: Record<string, unknown>, others: readonly AuditEntry[]) => object]>([
    ['moved from another entry of the same user', (_data, [first]) => ({ origin: originOf(first) })],
    ['changed', ({ origin: sealed }) => ({ origin: swapAt(60, String(sealed)) })],
    ['cut', ({ origin: sealed }) => ({ origin: String(sealed).slice(0, -4) })],
    ['no text', () => ({ origin: { ip: '192.0.2.1' } })],
    ['in the clear', () => ({ origin: JSON.stringify({ ip: '192.0.2.1', userAgent: null }) })],
  ])('are not shown where somebody put something else there, and the rest is: %s', async (_what, change) => {
    const { list } = await setUp((entries) =>
      entries.map((entry) => {
        if (entry.type !== 'user_enabled') return entry;
        const data = JSON.parse(entry.data);
        return { ...entry, data: JSON.stringify({ ...data, ...change(data, entries) }) };
      }),
    );
    const shown = await list();
    expect(shown).toMatchObject([from, from, unknown, from, unknown]);
    expect(shown[2]).toMatchObject({ userId: 'ada', outcome: 'success' });
  });

  it('are those of the client, of which no more is kept than of a session', async () => {
    const { audit } = await setUp();
    const long = 'x'.repeat(10_000);
    const at = new Date(0);
    await audit.append([{ type: 'user_created', tenantId, userId: 'kim', at, ip, userAgent: long }]);
    const [entry] = await audit.list({ tenantId, userId: 'kim', limit: 1 });
    expect(entry).toMatchObject({ ip, userAgent: long.slice(0, 512) });
  });
});

describe('the outcome', () => {
  it.each<[AuthEvent['type'], 'success' | 'failure']>([
    ['authn_login_success', 'success'],
    ['authn_login_fail', 'failure'],
    ['authn_mfa_fail', 'failure'],
    ['authn_token_reuse', 'failure'],
    ['authn_login_lock', 'failure'],
    ['excess_rate_limit_exceeded', 'failure'],
    ['authz_fail', 'failure'],
    ['malicious_request', 'failure'],
    ['input_validation_fail', 'failure'],
    ['sys_failure', 'failure'],
    ['session_ended', 'success'],
    ['authz_change', 'success'],
  ])('of %s is %s', (type, outcome) => {
    expect(outcomeOf(type)).toBe(outcome);
  });

  it.each(['authn_of_tomorrow', '', 'constructor', '__proto__'])('of %j is not known', (type) => {
    expect(outcomeOf(type)).toBeNull();
  });
});

describe('prune', () => {
  const tenantId = 'acme';

  it('removes nothing that is not older, and everything that is; later entries go on from there', async () => {
    const bench = benchWith(createMemoryAuditStore());
    const { audit } = bench.auth;
    const at = new Date(bench.clock.now());
    const append = (count: number) =>
      audit?.append(
        Array.from({ length: count }, () => ({ type: 'user_created', tenantId, userId: 'ada', at })),
      );
    await append(1_001);
    const head = await audit?.findHead(tenantId);
    expect(await audit?.prune(tenantId, { before: at })).toEqual({ removed: 0, firstBroken: null });
    bench.clock.advance(1);
    const before = new Date(bench.clock.now());
    expect(await audit?.prune(tenantId, { before })).toEqual({ removed: 1_001, firstBroken: null });
    expect(await audit?.verify(tenantId)).toEqual({ intact: true, checked: 2, firstBroken: null });
    await append(2);
    expect(await audit?.verify(tenantId)).toEqual({ intact: true, checked: 4, firstBroken: null });
    const left = await audit?.list({ tenantId, limit: 10 });
    expect(left?.map(({ seq }) => seq)).toEqual([1_002, 1_003, 1_004, 1_005]);
    expect(left?.[0]?.previousHash).toBe(head?.hash);
  });

  const openWithTwo = async (audit: AuditStore) => {
    const bench = benchWith(audit);
    const at = new Date(bench.clock.now());
    await bench.auth.audit?.append(
      ['ada', 'bob'].map((userId) => ({ type: 'user_created' as const, tenantId, userId, at })),
    );
    bench.clock.advance(1);
    return { ...bench, audit: bench.auth.audit, at, before: new Date(bench.clock.now()) };
  };

  it('is recorded before and after, with how much and by whom, where there is something to remove', async () => {
    const { audit, at, before, listEvents } = await openWithTwo(createMemoryAuditStore());
    await audit?.prune(tenantId, { before: at });
    await audit?.prune(tenantId, { before, actorId: 'ada' });
    expect(await audit?.list({ tenantId, limit: 10 })).toMatchObject([
      { seq: 3, type: 'audit_pruned', userId: null, actorId: 'ada' },
      { seq: 4, type: 'audit_pruned', userId: null, actorId: 'ada' },
    ]);
    expect(await listEvents()).toMatchObject([
      { type: 'audit_pruned', removed: null, actorId: 'ada', before },
      { type: 'audit_pruned', removed: 2, actorId: 'ada', before },
    ]);
  });

  it('does not remove what it has recorded itself, however late it is asked to remove', async () => {
    const { audit, before } = await openWithTwo(createMemoryAuditStore());
    const late = new Date(before.getTime() + 86_400_000);
    expect(await audit?.prune(tenantId, { before: late })).toEqual({ removed: 2, firstBroken: null });
    expect(await audit?.list({ tenantId, limit: 10 })).toHaveLength(2);
  });

  it.each([
    ['the record of what came of it', 1, 3],
    ['the record of what is to come', 0, 2],
  ])('never goes unseen: without %s', async (_which, appendsLeft, left) => {
    const store = createMemoryAuditStore();
    let remaining = Number.POSITIVE_INFINITY;
    const append: AuditStore['append'] = async (command) => {
      remaining -= 1;
      if (remaining < 0) throw storeUnavailable(new Error('away'));
      return store.append(command);
    };
    const { audit, before } = await openWithTwo({ ...store, append });
    remaining = appendsLeft;
    expect(await refusalCode(audit?.prune(tenantId, { before, actorId: 'ada' }) ?? Promise.resolve())).toBe(
      'store_unavailable',
    );
    const seen = (await audit?.list({ tenantId, limit: 10 })) ?? [];
    // Either all is still there, or it is known who removed it.
    expect(seen.map(({ type, actorId }) => [type, actorId])).toEqual(
      appendsLeft === 0
        ? [
            ['user_created', null],
            ['user_created', null],
          ]
        : [['audit_pruned', 'ada']],
    );
    expect((await audit?.findHead(tenantId))?.seq).toBe(left);
  });

  it('refuses what is no date', async () => {
    const { audit } = benchWith(createMemoryAuditStore()).auth;
    await expect(audit?.prune(tenantId, { before: new Date(Number.NaN) })).rejects.toThrow(TypeError);
  });
});
