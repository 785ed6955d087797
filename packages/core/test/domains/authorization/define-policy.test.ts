import { definePolicy } from '@tessera-auth/core/authorization';
import { expect, it } from 'vitest';

const policy = definePolicy({
  user: { tier: ['free', 'pro', 'enterprise'], country: 'string', retentionDays: 'number' },
  resources: {
    conversations: {
      actions: ['read', 'create', 'delete'],
      attributes: { ownerId: 'string', orgId: 'string', createdAt: 'date' },
      relations: { owner: 'ownerId' },
      tenant: 'orgId',
    },
    reports: {
      actions: ['read', 'export'],
      attributes: { orgId: 'string', allowedCountries: 'string[]', classified: 'boolean' },
      tenant: 'orgId',
    },
    panel: { actions: ['open'] },
  },
  roles: {
    guest: { can: ['reports:read'] },
    member: { inherits: ['guest'], can: ['conversations:*@owner', 'reports:export'] },
    admin: { inherits: ['member'], can: ['conversations:*', 'panel:open', 'auth:users:*'] },
  },
  rules: (rule) => [
    rule.allow('retention', {
      to: 'conversations:delete',
      for: ['member'],
      when: ({ user, resource, now }) => resource.createdAt.isBefore(now.minusDays(user.retentionDays)),
    }),
    rule.deny('export needs a tier', {
      to: 'reports:export',
      when: ({ user }) => user.tier.isOneOf(['pro', 'enterprise']).not(),
    }),
    rule.deny('classified', { to: 'reports:read', when: ({ resource }) => resource.classified.isTrue() }),
  ],
});

it('works', () => {
  const now = new Date('2026-01-01');
  const me = policy.principal({
    userId: 'u1',
    tenantId: 'org1',
    roles: ['member'],
    attributes: { tier: 'pro', country: 'DE', retentionDays: 30 },
    now,
  });
  const mine = { ownerId: 'u1', orgId: 'org1', createdAt: now };
  expect(policy.can(me, 'conversations:delete', mine)).toBe(true);
  expect(policy.can(me, 'conversations:delete', { ...mine, orgId: 'org2' })).toBe(false);
  expect(policy.can(me, 'conversations:delete', { ...mine, ownerId: 'x' })).toBe(false);
  expect(
    policy.can(me, 'conversations:delete', { ...mine, ownerId: 'x', createdAt: new Date('2025-01-01') }),
  ).toBe(true);
  expect(policy.can(me, 'panel:open')).toBe(false);
  const report = { orgId: 'org1', allowedCountries: [], classified: null };
  expect(policy.can(me, 'reports:read', report)).toBe(false);
  expect(policy.decide(me, 'reports:read', report)).toMatchInlineSnapshot(`
    {
      "code": "denied_by_rule",
      "condition": "resource.classified is true",
      "effect": "deny",
      "missing": [
        "resource.classified",
      ],
      "permission": "reports:read",
      "relation": null,
      "rolePath": [],
      "rule": "classified",
    }
  `);
  expect(policy.decide(me, 'conversations:delete', { ...mine, ownerId: 'x' })).toMatchInlineSnapshot(`
    {
      "code": "relation_unmet",
      "condition": "resource.ownerId is user.id",
      "effect": "deny",
      "missing": [],
      "permission": "conversations:delete",
      "relation": "owner",
      "rolePath": [
        "member",
      ],
      "rule": null,
    }
  `);
  expect(policy.filterFor(me, 'conversations:delete')).toMatchInlineSnapshot(`
    {
      "condition": {
        "kind": "all",
        "of": [
          {
            "kind": "compare",
            "left": {
              "attribute": "orgId",
              "kind": "resource",
              "type": "string",
            },
            "operator": "equals",
            "right": {
              "kind": "literal",
              "type": "string",
              "value": "org1",
            },
          },
          {
            "kind": "any",
            "of": [
              {
                "kind": "compare",
                "left": {
                  "attribute": "ownerId",
                  "kind": "resource",
                  "type": "string",
                },
                "operator": "equals",
                "right": {
                  "kind": "literal",
                  "type": "string",
                  "value": "u1",
                },
              },
              {
                "kind": "compare",
                "left": {
                  "attribute": "createdAt",
                  "kind": "resource",
                  "type": "date",
                },
                "operator": "below",
                "right": {
                  "kind": "literal",
                  "type": "date",
                  "value": 1764633600000,
                },
              },
            ],
          },
        ],
      },
      "kind": "where",
    }
  `);
  expect(policy.matrix()[1]?.permissions).toMatchInlineSnapshot(`
    {
      "auth:audit:read": "never",
      "auth:roles:read": "never",
      "auth:roles:write": "never",
      "auth:users:read": "never",
      "auth:users:write": "never",
      "conversations:create": "sometimes",
      "conversations:delete": "sometimes",
      "conversations:read": "sometimes",
      "panel:open": "never",
      "reports:export": "sometimes",
      "reports:read": "sometimes",
    }
  `);
});
