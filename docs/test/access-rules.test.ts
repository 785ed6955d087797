// ASVS 8.1.1: the guide says which permission each route of administration asks for.
import {
  createAuth,
  createHttpAuth,
  createMemoryAuditStore,
  definePolicy,
  memoryStores,
} from '@tessera-auth/core';
import { createRouter } from '@tessera-auth/core/http';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { expect, it } from 'vitest';
import { findSection, readPage } from './support/pages.js';

const permissions = [
  ...(['auth:users:read', 'auth:users:write', 'auth:audit:read'] as const),
  ...(['auth:roles:read', 'auth:roles:write'] as const),
];
type Permission = (typeof permissions)[number];

/** Every documented route with the permission beside it. */
const rules = [
  ...[
    ...findSection(readPage('docs/guide/audit.md'), '## For administrators').text.matchAll(
      /^\| `(GET [^`]+)`/gm,
    ),
  ].map(([, route = '']) => ({ route, permission: 'auth:audit:read' })),
  ...listRules(findSection(readPage('docs/guide/roles-and-guards.md'), '### Routes').text),
  // The last of them signs everybody out.
  ...listRules(findSection(readPage('docs/guide/accounts.md'), '## Administration').text),
];

/** The rows of a table of routes below `/auth/admin`; a row may have several. */
function listRules(text: string): { readonly route: string; readonly permission: string }[] {
  const rows = text.matchAll(/^\| (`(?:GET|POST|PUT|DELETE) .+?) +\| `(auth:[\w:]+)`/gm);
  return [...rows].flatMap(([, requests = '', permission = '']) =>
    [...requests.matchAll(/`(GET|POST|PUT|DELETE) ([^`]*)`/g)].map(([, method, path]) => ({
      route: `${method} /auth/admin${path}`,
      permission,
    })),
  );
}

const policy = definePolicy({
  roles: {
    'auth-users-read': { can: ['auth:users:read'] },
    'auth-users-write': { can: ['auth:users:write'] },
    'auth-audit-read': { can: ['auth:audit:read'] },
    'auth-roles-read': { can: ['auth:roles:read'] },
    'auth-roles-write': { can: ['auth:roles:write'] },
  },
});

const auth = createAuth({
  publicUrl: 'http://localhost:3000',
  secret: crypto.getRandomValues(new Uint8Array(48)),
  stores: { ...memoryStores(), audit: createMemoryAuditStore() },
  emailVerification: 'off',
  rateLimits: 'off',
  policy,
  rolesForNewUser: ({ email }) => policy.roles.filter((role) => email === `${role}@example.org`),
});
const { routes } = createHttpAuth(auth);
const router = createRouter(routes);

/** What the routes take that do not take nothing. */
const bodies: Readonly<Record<string, object>> = {
  'POST /auth/admin/roles': { name: 'reader', permissions: [] },
  'PUT /auth/admin/roles/:name': { permissions: [] },
};

async function signInWith(permission: Permission) {
  return finishedSignIn(
    await auth.register({
      tenantId: '',
      email: `${permission.replaceAll(':', '-')}@example.org`,
      password: 'seven quiet herons wade',
      name: null,
      origin: { ip: null, userAgent: null, isBrowser: false },
    }),
  );
}

it('every route of administration is in a table', () => {
  expect(rules.map(({ route }) => route).toSorted()).toEqual(
    routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => route.includes('/admin/'))
      .toSorted(),
  );
});

it('each asks for the documented permission, and no other gives it', async () => {
  for (const permission of permissions) {
    const { accessToken } = await signInWith(permission);
    for (const rule of rules) {
      const [method = '', path = ''] = rule.route.split(' ');
      const url = path.replaceAll(/:\w+/g, 'AAAAAAAAAAAAAAAAAAAAAA');
      const answer = await router.answer(url, {
        method,
        originalUrl: url,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        socket: { remoteAddress: '203.0.113.7' },
        ...(method === 'GET' ? {} : { body: JSON.stringify(bodies[rule.route] ?? {}) }),
      });
      expect({ granted: permission, ...rule, isRefused: answer?.status === 403 }).toEqual({
        granted: permission,
        ...rule,
        isRefused: permission !== rule.permission,
      });
    }
  }
});
