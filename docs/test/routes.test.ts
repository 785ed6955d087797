import { createAuth, createHttpAuth, createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { findSection, readPage } from './support/pages.js';

it('the README lists every route, and none that is not there', () => {
  const table = findSection(readPage('README.md'), '## What you get').text;
  const listed = [...table.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \S+)`/g)].map(([, route]) => route);

  const { routes } = createHttpAuth(
    createAuth({
      publicUrl: 'http://localhost:3000',
      secret: crypto.getRandomValues(new Uint8Array(48)),
      stores: { ...memoryStores(), audit: createMemoryAuditStore() },
      emailVerification: 'off',
    }),
    { publishesOpenApi: true },
  );

  expect(listed.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});
