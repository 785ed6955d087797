// ASVS 8.1.1, 8.2.1, 8.2.2, 8.3.1: what other libraries that decide who may do what get wrong, each seen in one that is in use.
import { definePolicy, matchesFilter } from '@tessera-auth/core/authorization';
import { describe, expect, it } from 'vitest';
import { defineLoosely } from '../domains/authorization/loose-policy.js';

const policy = definePolicy({
  resources: {
    files: {
      actions: ['read', 'erase'],
      attributes: { ownerId: 'string', isHeld: 'boolean' },
      relations: { owner: 'ownerId' },
    },
    mails: { actions: ['read'] },
  },
  roles: {
    owner: { can: ['files:*@owner'] },
    reader: { can: ['files:read'] },
    mailer: { can: ['mails:read'] },
    root: { can: ['*'] },
  },
  rules: (rule) => [
    rule.deny('held', { to: 'files:erase', when: ({ resource }) => resource.isHeld.isTrue() }),
    rule.allow('root again', { to: 'files:*', for: ['root'] }),
  ],
});
const of = (...roles: string[]) => policy.principal({ userId: 'ada', roles });
const file = { ownerId: 'ada', isHeld: false };

describe('elsewhere', () => {
  it('“may do everything”, written later, takes back “may not”', () => {
    expect(policy.can(of('root'), 'files:erase', file)).toBe(true);
    expect(policy.can(of('root'), 'files:erase', { ...file, isHeld: true })).toBe(false);
  });

  it('a check without a record leaves out the conditions', () => {
    const loose = policy.can as (...args: readonly unknown[]) => boolean;
    expect(loose(of('owner'), 'files:read')).toBe(false);
    expect(loose(of('root'), 'files:erase')).toBe(false);
    expect(loose(of('root'), 'files:erase', 'files')).toBe(false);
  });

  it('a record of nobody belongs to somebody who is nobody', () => {
    for (const userId of [undefined, null, '', Number.NaN]) {
      const nobody = policy.principal({ userId: userId as never, roles: ['owner'] });
      for (const ownerId of [undefined, null, '', Number.NaN]) {
        const record = { ...file, ownerId: ownerId as never };
        expect(policy.can(nobody, 'files:read', record)).toBe(false);
        expect(matchesFilter(policy.filterFor(nobody, 'files:read'), record)).toBe(false);
      }
    }
  });

  it('an attribute that is left out, or an error on the way to it, escapes the rule that forbids', () => {
    const absent = [undefined, null, 'yes', 1, {}];
    for (const isHeld of absent) {
      expect(policy.can(of('root'), 'files:erase', { ...file, isHeld: isHeld as never })).toBe(false);
    }
    const broken = {
      ...{ ownerId: 'ada' },
      get isHeld(): boolean {
        throw new Error('not loaded');
      },
    };
    expect(() => policy.can(of('root'), 'files:erase', broken)).toThrow('not loaded');
  });

  it('one record with a gap breaks the check of all others', () => {
    const records = [{ ...file, ownerId: null }, file, { ...file, ownerId: 'eve' }];
    expect(records.map((record) => policy.can(of('owner'), 'files:read', record))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('a slip of the pen in an action or a resource is silent', () => {
    const loose = policy.can as (...args: readonly unknown[]) => boolean;
    for (const permission of ['files:raed', 'file:read', 'files', 'read', ''])
      expect(() => loose(of('root'), permission, file)).toThrow(TypeError);
  });

  it('a denial has no reason', () => {
    expect(policy.decide(of(), 'files:read', file).code).toBe('no_grant');
    expect(policy.decide(of('root'), 'files:erase', { ...file, isHeld: null })).toMatchObject({
      ...{ code: 'denied_by_rule', rule: 'held', missing: ['resource.isHeld'] },
    });
  });

  it('inheritance ends silently at the tenth generation, and may go in a circle', () => {
    const parentOf = (at: number) => (at === 30 ? { can: ['mails:read'] } : { inherits: [`role${at + 1}`] });
    const roles = Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`role${at}`, parentOf(at)]));
    const resources = { mails: { actions: ['read'] } };
    const deep = defineLoosely({ resources, roles });
    expect(deep.can(deep.principal({ userId: 'ada', roles: ['role0'] }), 'mails:read')).toBe(true);
    const circle = { ...roles, role30: { inherits: ['role0'] } };
    expect(() => defineLoosely({ resources, roles: circle })).toThrow('in a circle');
  });

  it('an answer is remembered, and given to a question that looks like another, or after the facts have changed', () => {
    const record = { ownerId: 'ada' as string, isHeld: false };
    expect(policy.can(of('owner'), 'files:read', record)).toBe(true);
    record.ownerId = 'eve';
    expect(policy.can(of('owner'), 'files:read', record)).toBe(false);
    const split = policy.principal({ userId: 'ada,files', roles: ['owner'] });
    expect(policy.can(split, 'files:read', { ...file, ownerId: 'ada' })).toBe(false);
  });

  it('a rule that forbids does nothing until another setting says that there are such', () => {
    const small = definePolicy({
      resources: { mails: { actions: ['read'] } },
      roles: { reader: { can: ['mails:read'] }, banned: {} },
      rules: (rule) => [rule.deny('banned', { to: 'mails:read', for: ['banned'] })],
    });
    const may = (roles: string[]) => small.can(small.principal({ userId: 'ada', roles }), 'mails:read');
    expect([may(['reader']), may(['reader', 'banned'])]).toEqual([true, false]);
  });

  it('“own” means “any” where nobody said what own is', () => {
    const resources = { mails: { actions: ['read'] } };
    expect(() => defineLoosely({ resources, roles: { a: { can: ['mails:read@owner'] } } })).toThrow(
      TypeError,
    );
    expect(policy.can(of('owner'), 'files:read', { ...file, ownerId: 'eve' })).toBe(false);
  });

  it('attributes replace who somebody is', () => {
    const loose = defineLoosely({
      user: { tier: 'string' },
      resources: {
        files: { actions: ['read'], attributes: { ownerId: 'string' }, relations: { owner: 'ownerId' } },
      },
      roles: { owner: { can: ['files:read@owner'] } },
    });
    const attributes = {
      id: 'eve',
      userId: 'eve',
      tenantId: 'other',
      bits: [255],
      roles: ['root'],
      tier: 'pro',
    };
    const ada = loose.principal({ userId: 'ada', roles: ['owner'], attributes });
    expect(loose.can(ada, 'files:read', { ownerId: 'eve' })).toBe(false);
    expect(loose.can(ada, 'files:read', { ownerId: 'ada' })).toBe(true);
    for (const name of ['id', 'tenantId'])
      expect(() => defineLoosely({ user: { [name]: 'string' }, roles: {} })).toThrow('is there already');
  });

  it('two roles that grant all together grant nothing together', () => {
    const both = of('reader', 'mailer');
    expect([policy.can(both, 'files:read', file), policy.can(both, 'mails:read')]).toEqual([true, true]);
  });

  it('a blank in a list of roles loses one of them without a word', () => {
    // Roles are a list; a text with a comma in it is the name of no role, also not of the first.
    expect(policy.can(of('reader, mailer'), 'mails:read')).toBe(false);
    expect(policy.can(of('mailer, reader'), 'mails:read')).toBe(false);
    expect(() => defineLoosely({ roles: { 'reader, mailer': {} } })).toThrow(TypeError);
  });
});
