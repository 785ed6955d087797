import { definePolicy, describeCondition } from '@tessera-auth/core/authorization';
import { describe, expect, it } from 'vitest';

const policy = definePolicy({
  user: { days: 'number' },
  resources: { reports: { actions: ['read', 'keep'], attributes: { madeAt: 'date' } } },
  roles: {},
  rules: (rule) => [
    rule.allow('old', {
      to: 'reports:read',
      when: ({ resource, user, now }) => resource.madeAt.isBefore(now.minusDays(user.days)),
    }),
    // There and back again is no other date, however far it was.
    rule.allow('same', {
      to: 'reports:keep',
      when: ({ resource, user, now }) =>
        now.plusDays(user.days).minusDays(user.days).differs(resource.madeAt),
    }),
  ],
});
const now = new Date('2026-01-01');
const keeping = (days: number) => policy.principal({ userId: 'ada', roles: [], attributes: { days }, now });

describe('dates that are moved further than dates go', () => {
  it.each([1e10, 1e300, Number.MAX_VALUE])('stay in order: %d days', (days) => {
    expect(policy.can(keeping(days), 'reports:read', { madeAt: new Date(0) })).toBe(false);
    expect(policy.can(keeping(-days), 'reports:read', { madeAt: new Date(0) })).toBe(true);
    expect(policy.can(keeping(days), 'reports:keep', { madeAt: now })).toBe(false);
  });

  it('have words', () => {
    const filter = policy.filterFor(keeping(1e300), 'reports:read');
    expect(filter.kind === 'where' ? describeCondition(filter.condition) : filter).toBe(
      'resource.madeAt is before -86398232774400000 ms since 1970',
    );
  });
});
