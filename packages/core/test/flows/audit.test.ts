import { type AuditStore, createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { expect, it } from 'vitest';
import { createAuthBench, origin, password } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const benchWith = (audit: AuditStore) =>
  createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });

it('keeps what flows record, without address, browser and secrets', async () => {
  const bench = benchWith(createMemoryAuditStore());
  const { user, ...signedIn } = await bench.register();
  await bench.signIn('Wrong-Guess-Of-99').catch(() => {});
  const { tenantId } = user;
  const entries = await bench.auth.audit?.list({ tenantId, limit: 100 });
  expect(entries?.map(({ type }) => type)).toContain('user_created');
  expect(entries?.map(({ type }) => type)).toContain('authn_login_fail');
  expect(await bench.auth.audit?.verify(tenantId)).toMatchObject({ intact: true, checked: entries?.length });
  const kept = JSON.stringify(entries);
  for (const hidden of [password, 'Wrong-Guess-Of-99', origin.ip, origin.userAgent])
    expect(kept).not.toContain(hidden);
  for (const token of JSON.stringify(signedIn).match(/[\w.-]{60,}/g) ?? []) expect(kept).not.toContain(token);
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
