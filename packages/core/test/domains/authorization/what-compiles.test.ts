// What the compiler refuses, and that it is refused at run time too, where there is something to refuse.
import { definePolicy } from '@tessera-auth/core/authorization';
import { describe, expect, it } from 'vitest';

const refused = (define: () => unknown) => expect(define).toThrow(TypeError);

describe('a decision about what is not defined', () => {
  const policy = definePolicy({
    user: { tier: ['free', 'pro'] },
    resources: {
      reports: {
        actions: ['read'],
        attributes: { ownerId: 'string', orgId: 'string', score: 'number' },
        relations: { owner: 'ownerId' },
        tenant: 'orgId',
      },
      panel: { actions: ['open'] },
    },
    roles: { reader: { can: ['reports:read@owner', 'panel:*'] } },
  });
  const attributes = { tier: 'pro' } as const;
  const ada = policy.principal({ userId: 'ada', tenantId: 'acme', roles: ['reader'], attributes });
  const report = { ownerId: 'ada', orgId: 'acme', score: 1 };

  it('does not compile', () => {
    expect(policy.can(ada, 'reports:read', report)).toBe(true);
    expect(policy.can(ada, 'reports:read', { ...report, score: null })).toBe(true);
    expect(policy.can(ada, 'panel:open')).toBe(true);
    // @ts-expect-error there is no such action
    refused(() => policy.can(ada, 'reports:raed', report));
    // @ts-expect-error there is no such resource
    refused(() => policy.filterFor(ada, 'report:read'));
    // @ts-expect-error a number is no owner
    expect(policy.can(ada, 'reports:read', { ...report, ownerId: 1 })).toBe(false);
    // @ts-expect-error the score is not there
    expect(policy.can(ada, 'reports:read', { ownerId: 'eve', orgId: 'acme' })).toBe(false);
    // @ts-expect-error the record is forgotten
    expect(policy.can(ada, 'reports:read')).toBe(false);
    // @ts-expect-error the record is forgotten
    expect(policy.decide(ada, 'reports:read').effect).toBe('deny');
    // @ts-expect-error there is no such tier
    policy.principal({ userId: 'ada', roles: [], attributes: { tier: 'gold' } });
    // @ts-expect-error there is no such role
    expect(policy.hasRole(['reader'], 'writer')).toBe(false);
  });
});

describe('a definition with a name that is not there', () => {
  const resources = {
    x: {
      actions: ['read'],
      attributes: { ownerId: 'string', score: 'number', isOpen: 'boolean' },
      relations: { owner: 'ownerId' },
    },
  } as const;

  it('does not compile: roles', () => {
    definePolicy({ resources, roles: { a: { can: ['x:read@owner', 'x:*', '*'] }, b: { inherits: ['a'] } } });
    refused(() =>
      definePolicy({
        // @ts-expect-error there is no such parent
        roles: { a: { inherits: ['b'] } },
      }),
    );
    refused(() =>
      definePolicy({
        resources,
        // @ts-expect-error there is no such relation
        roles: { a: { can: ['x:read@writer'] } },
      }),
    );
    refused(() =>
      definePolicy({
        resources,
        // @ts-expect-error there is no such permission
        roles: { a: { can: ['x:write'] } },
      }),
    );
    refused(() =>
      definePolicy({
        resources,
        roles: { a: {} },
        // @ts-expect-error there is no such role
        matrix: { x: { b: ['read'] } },
      }),
    );
  });

  it('does not compile: tenants and relations', () => {
    const actions = ['read'] as const;
    const attributes = { ownerId: 'string', score: 'number' } as const;
    definePolicy({ resources: { x: { actions, attributes, tenant: 'ownerId' } }, roles: {} });
    refused(() =>
      definePolicy({
        // @ts-expect-error it is no attribute
        resources: { x: { actions, attributes, tenant: 'orgId' } },
        roles: {},
      }),
    );
    refused(() =>
      definePolicy({
        // @ts-expect-error it is a number
        resources: { x: { actions, attributes, tenant: 'score' } },
        roles: {},
      }),
    );
    refused(() =>
      definePolicy({
        // @ts-expect-error it is a number
        resources: { x: { actions, attributes, relations: { owner: 'score' } } },
        roles: {},
      }),
    );
  });

  it('does not compile: rules', () => {
    const given = { resources, roles: { reader: {} } } as const;
    definePolicy({
      ...given,
      rules: (rule) => [
        rule.deny('a', {
          to: 'x:read',
          // @ts-expect-error texts have no order
          when: ({ resource }) => resource.ownerId.isBelow('m'),
        }),
      ],
    });
    refused(() =>
      definePolicy({
        ...given,
        rules: (rule) => [
          rule.deny('a', {
            to: 'x:read',
            // @ts-expect-error there is no such role
            for: ['writer'],
          }),
        ],
      }),
    );
    refused(() =>
      definePolicy({
        ...given,
        rules: (rule) => [
          rule.allow('a', {
            // @ts-expect-error there is no such permission
            to: 'x:raed',
          }),
        ],
      }),
    );
    refused(() =>
      definePolicy({
        ...given,
        rules: (rule) => [
          rule.allow('a', {
            to: 'x:read',
            // @ts-expect-error there is no such attribute
            when: ({ resource }) => resource.owner.equals('x'),
          }),
        ],
      }),
    );
    refused(() =>
      definePolicy({
        ...given,
        rules: (rule) => [
          rule.allow('a', {
            to: 'x:read',
            // @ts-expect-error an attribute is no condition
            when: ({ resource }) => resource.isOpen,
          }),
        ],
      }),
    );
  });
});
