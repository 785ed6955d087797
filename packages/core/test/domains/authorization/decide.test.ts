import { explain } from '@tessera-auth/core/authorization';
import { expect, it } from 'vitest';
import { defineLoosely } from './loose-policy.js';

// biome-ignore lint/suspicious/noExplicitAny: rules as JavaScript would write them.
type Any = any;

const policy = defineLoosely({
  user: { days: 'number' },
  resources: {
    notes: {
      actions: ['read', 'write', 'purge', 'share'],
      attributes: { ownerId: 'string', orgId: 'string', isSecret: 'boolean', createdAt: 'date' },
      relations: { owner: 'ownerId' },
      tenant: 'orgId',
    },
  },
  roles: {
    reader: { can: ['notes:read'] },
    writer: { inherits: ['reader'], can: ['notes:write@owner'] },
  },
  rules: (rule: Any) => [
    rule.allow('old notes', {
      to: 'notes:purge',
      for: ['reader'],
      when: ({ user, resource, now }: Any) => resource.createdAt.isBefore(now.minusDays(user.days)),
    }),
    rule.deny('secret', {
      to: ['notes:read', 'notes:write'],
      when: ({ resource }: Any) => resource.isSecret.isTrue(),
    }),
  ],
});
const now = new Date('2026-02-01');
const note = { ownerId: 'ada', orgId: 'acme', isSecret: false, createdAt: new Date('2026-01-15') };

it.each([
  ['notes:read', {}, 'granted', 'Allowed notes:read: a role grants it (writer > reader).'],
  ['notes:write', {}, 'granted', 'Allowed notes:write: it is granted over the relation owner (writer).'],
  [
    'notes:purge',
    { createdAt: new Date(0) },
    'granted',
    'Allowed notes:purge: the rule “old notes” allows it (writer > reader).',
  ],
  ['notes:share', {}, 'no_grant', 'Denied notes:share: no role, relation or rule grants it.'],
  [
    'notes:write',
    { ownerId: 'eve' },
    'relation_unmet',
    'Denied notes:write: it is granted over the relation owner (writer), and it is not so that resource.ownerId is user.id.',
  ],
  [
    'notes:write',
    { ownerId: null },
    'attribute_missing',
    'Denied notes:write: it cannot be told whether resource.ownerId is user.id; resource.ownerId is missing.',
  ],
  [
    'notes:purge',
    {},
    'condition_unmet',
    'Denied notes:purge: the rule “old notes” would allow it (writer > reader), and it is not so that resource.createdAt is before now minus user.days days.',
  ],
  ['notes:read', { orgId: 'other' }, 'wrong_tenant', 'Denied notes:read: the record is of another tenant.'],
  [
    'notes:read',
    { orgId: null },
    'wrong_tenant',
    'Denied notes:read: the record is of another tenant; resource.orgId is missing.',
  ],
  [
    'notes:read',
    { isSecret: true },
    'denied_by_rule',
    'Denied notes:read: the rule “secret” forbids it: resource.isSecret is true.',
  ],
  [
    'notes:read',
    { isSecret: null },
    'denied_by_rule',
    'Denied notes:read: the rule “secret” forbids it: resource.isSecret is true; resource.isSecret is missing.',
  ],
  [
    'notes:read',
    { isSecret: true, orgId: 'other' },
    'denied_by_rule',
    'Denied notes:read: the rule “secret” forbids it: resource.isSecret is true.',
  ],
])('%s of a note with %j: %s', (permission, change, code, sentence) => {
  const facts = { userId: 'ada', tenantId: 'acme', roles: ['writer'], attributes: { days: 30 }, now };
  const decision = policy.decide(policy.principal(facts), permission, { ...note, ...change });
  expect(decision).toMatchObject({ code, permission, effect: code === 'granted' ? 'allow' : 'deny' });
  expect(explain(decision)).toBe(sentence);
});

it('what is missing of the user is named too', () => {
  const principal = policy.principal({ userId: 'ada', tenantId: 'acme', roles: ['reader'], now });
  expect(policy.decide(principal, 'notes:purge', {})).toEqual({
    effect: 'deny',
    code: 'wrong_tenant',
    permission: 'notes:purge',
    rule: null,
    relation: null,
    rolePath: [],
    condition: 'resource.orgId is user.tenantId',
    missing: ['resource.orgId'],
  });
  expect(policy.decide(principal, 'notes:purge', note)).toMatchObject({
    code: 'attribute_missing',
    rule: 'old notes',
    rolePath: ['reader'],
    missing: ['user.days'],
  });
});

it('no value of a record or a user is in a decision', () => {
  const secret = 'canary-4711';
  const facts = { userId: secret, tenantId: secret, roles: ['writer'], attributes: { days: 4711 }, now };
  const principal = policy.principal(facts);
  for (const permission of policy.permissions.filter((name) => name.startsWith('notes:'))) {
    for (const orgId of [secret, 'other']) {
      const decision = policy.decide(principal, permission, { ...note, ownerId: `${secret}-1`, orgId });
      expect(JSON.stringify(decision) + explain(decision)).not.toMatch(/4711/);
    }
  }
});
