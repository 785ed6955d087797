// Whoever keeps the tokens of a dead session shows them again and again, so that the log fills with ends that never were.
import { createMemoryAuditStore, memoryStores, type SignedIn } from '@tessera-auth/core';
import { createTaggedId } from '@tessera-auth/core/stores';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: AuthBench;
let mine: SignedIn;
let lostId: string;
beforeEach(async () => {
  bench = createAuthBench({
    openStores: (clock) => ({ ...memoryStores({ clock }), audit: createMemoryAuditStore() }),
  });
  mine = await bench.register();
  lostId = createTaggedId(userOf(mine));
});

const countEntries = async () => (await bench.auth.audit?.findHead(''))?.seq ?? 0;
const session = () => ({ ...userOf(mine), sessionId: mine.session.id });
const nothing = { tenantId: '', session: null, refreshToken: null };

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'revoking the refresh token': () => bench.auth.revokeToken('', mine.refreshToken),
  'revoking the access token': () => bench.auth.revokeToken('', mine.accessToken),
  'signing out with the refresh token': () =>
    bench.auth.signOut({ ...nothing, refreshToken: mine.refreshToken }),
  'signing out with the access token': () => bench.auth.signOut({ ...nothing, session: session() }),
  'signing out of a session that the store has lost': () =>
    bench.auth.signOut({ ...nothing, session: { ...session(), sessionId: lostId } }),
  'ending it by its id': () => bench.auth.endSession(userOf(mine), mine.session.id),
  'refreshing a session that is too weak by now': () =>
    refusalCode(
      bench
        .startNode({ mfa: { requiredFor: 'everybody' } })
        .refresh({ tenantId: '', refreshToken: mine.refreshToken }),
    ),
};

describe.each(Object.entries(ways))('%s', (_name, way) => {
  it('leaves one entry, however often it is done', async () => {
    const before = await countEntries();
    for (let time = 0; time < 5; time += 1) await way();
    await Promise.all(Array.from({ length: 5 }, way));
    expect(await countEntries()).toBe(before + 1);
  });

  it('leaves none once everybody was signed out', async () => {
    await bench.auth.signOutEverywhere(userOf(mine));
    const before = await countEntries();
    await way();
    const isLost = way === ways['signing out of a session that the store has lost'];
    expect(await countEntries()).toBe(before + (isLost ? 1 : 0));
  });
});

it('one that has expired does not end', async () => {
  const { refreshToken } = mine;
  bench.clock.advance(31 * 86_400_000);
  const before = await countEntries();
  await bench.auth.revokeToken('', refreshToken);
  expect(await countEntries()).toBe(before);
});
