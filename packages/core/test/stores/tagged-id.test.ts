import { createTaggedId, findTag, tagOf } from '@tessera-auth/core/stores';
import { expect, it } from 'vitest';

const user = { tenantId: 'acme', userId: 'ada' };

it('leads from every session id of a user to the place of the user', () => {
  const ids = Array.from({ length: 100 }, () => createTaggedId(user));
  expect(new Set(ids).size).toBe(100);
  expect(new Set(ids.map(findTag))).toEqual(new Set([tagOf(user)]));
  for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
});

it('tells users and tenants apart, also where one name ends as the other begins', () => {
  const users = [
    user,
    { tenantId: 'acme', userId: 'bob' },
    { tenantId: '', userId: 'acme\0ada' },
    { tenantId: 'ac', userId: 'meada' },
  ];
  const tags = users.map(tagOf);
  for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{4}$/);
  expect(new Set(tags).size).toBeGreaterThan(2);
});

it('gives text for every id, whoever made it', () => {
  for (const id of ['', 'a', '!!', '\0', 'x'.repeat(10_000)])
    expect(findTag(id)).toMatch(/^(?:[0-9a-f]{2}){0,2}$/);
});
