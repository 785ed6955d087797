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
    // There and back again is no other date.
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
  it.each([1e10, 1e300, Number.MAX_VALUE])('are unknown, and allow nothing: %d days', (days) => {
    for (const principal of [keeping(days), keeping(-days)]) {
      expect(policy.can(principal, 'reports:read', { madeAt: new Date(0) })).toBe(false);
      expect(policy.can(principal, 'reports:keep', { madeAt: now })).toBe(false);
      expect(policy.filterFor(principal, 'reports:read')).toEqual({ kind: 'never' });
    }
  });

  it('have words', () => {
    const madeAt = { kind: 'resource', type: 'date', attribute: 'madeAt' } as const;
    const right = { kind: 'literal', type: 'date', value: -86_398_232_774_400_000 } as const;
    expect(describeCondition({ kind: 'compare', operator: 'below', left: madeAt, right })).toBe(
      'resource.madeAt is before -86398232774400000 ms since 1970',
    );
  });
});
