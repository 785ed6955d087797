import { matchesFilter } from '@tessera-auth/core/authorization';
import { describe, expect, it } from 'vitest';
import { defineLoosely } from './loose-policy.js';

const policy = defineLoosely({
  resources: {
    reports: { actions: ['read'], attributes: { orgId: 'string' }, tenant: 'orgId' },
    anything: { actions: ['read'] },
  },
  roles: { admin: { can: ['*'] } },
});
const admin = (tenantId?: unknown) => policy.principal({ userId: 'ada', tenantId, roles: ['admin'] });

describe('records of a tenant', () => {
  const nothing = [undefined, null, '', Number.NaN, 0, {}, []];
  const records = [...nothing.map((orgId) => ({ orgId })), {}, { orgId: 'acme' }, { orgId: ['acme'] }];

  it('are for their own tenant, also for who may do everything', () => {
    expect(policy.can(admin('acme'), 'reports:read', { orgId: 'acme' })).toBe(true);
    expect(policy.can(admin('acme'), 'reports:read', { orgId: 'other' })).toBe(false);
    expect(policy.can(admin('other'), 'reports:read', { orgId: 'acme' })).toBe(false);
  });

  it.each(nothing)('are not for somebody of tenant %j, whatever theirs is', (tenantId) => {
    for (const record of [...records, { orgId: tenantId }]) {
      const principal = admin(tenantId);
      expect(policy.can(principal, 'reports:read', record)).toBe(false);
      expect(policy.decide(principal, 'reports:read', record).code).toBe('wrong_tenant');
      expect(matchesFilter(policy.filterFor(principal, 'reports:read'), record)).toBe(false);
      expect(policy.canSometimes(principal, 'reports:read')).toBe(false);
    }
  });

  it('that have none are for nobody', () => {
    for (const orgId of nothing) expect(policy.can(admin('acme'), 'reports:read', { orgId })).toBe(false);
    expect(policy.can(admin('acme'), 'reports:read')).toBe(false);
    expect(policy.decide(admin('acme'), 'reports:read', {})).toMatchObject({
      code: 'wrong_tenant',
      missing: ['resource.orgId'],
    });
  });

  it('and other resources have nothing to do with it', () => {
    expect(policy.can(admin(), 'anything:read')).toBe(true);
  });
});
