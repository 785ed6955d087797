import { memoryStores } from '@tessera-auth/core/stores';
import { collectCases, type StoresUnderTest, testStores } from '@tessera-auth/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { auditDefects } from './defects/audit-defects.js';
import { auditPseudonymDefects } from './defects/audit-pseudonym-defects.js';
import type { Defect } from './defects/defect.js';
import { oneTimeTokenDefects } from './defects/one-time-token-defects.js';
import { otherDefects } from './defects/other-defects.js';
import { rateLimitDefects } from './defects/rate-limit-defects.js';
import { revocationLogDefects } from './defects/revocation-log-defects.js';
import { roleDefects } from './defects/role-defects.js';
import { roleJudgementDefects } from './defects/role-judgement-defects.js';
import { rotationDefects } from './defects/rotation-defects.js';
import { secondFactorDefects } from './defects/second-factor-defects.js';
import { sessionDefects } from './defects/session-defects.js';

vi.setConfig({ testTimeout: 60_000 });

const defects: readonly Defect[] = [
  ...rotationDefects,
  ...sessionDefects,
  ...oneTimeTokenDefects,
  ...rateLimitDefects,
  ...revocationLogDefects,
  ...secondFactorDefects,
  ...roleDefects,
  ...roleJudgementDefects,
  ...auditDefects,
  ...auditPseudonymDefects,
  ...otherDefects,
];

/** The cases that the suite registers, by `chapter > case`. */
function casesFor(subject: Omit<StoresUnderTest, 'name'>): ReadonlyMap<string, () => Promise<void>> {
  return collectCases((runner) => testStores(runner, { name: 'collected', ...subject }));
}

describe('the conformance suite notices a store that', () => {
  for (const { name, noticedBy, open, offersTransaction = false, offersLog = true } of defects) {
    it(name, async () => {
      const cases = casesFor({
        recordsRevocations: true,
        offersTransaction,
        offersLog,
        offersSecondFactors: true,
        offersRoles: true,
        offersAudit: true,
        bulkSessions: 1000,
        open: async ({ clock }) => ({ stores: open(clock) }),
      });
      const noticing = cases.get(noticedBy);
      expect(noticing, `there is no case "${noticedBy}"`).toBeDefined();
      await expect(noticing?.()).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
    });
  }
});

describe('the conformance suite', () => {
  it('closes the stores of a case that fails', async () => {
    let closed = 0;
    const cases = casesFor({
      async open({ clock }) {
        const stores = memoryStores({ clock });
        return {
          stores: { ...stores, users: { ...stores.users, ping: async () => 'pong' as never } },
          close: async () => {
            closed++;
          },
        };
      },
    });
    await expect(cases.get('ping > resolves while the stores answer')?.()).rejects.toThrow();
    expect(closed).toBe(1);
  });
});
