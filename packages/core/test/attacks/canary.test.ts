/**
 * ASVS 14.2.1, 16.2.5, 16.5.1, CWE-532: whatever is secret turns up in something that is logged, kept or answered. Here every
 * flow and every route runs well and badly while all that leaves the library is caught; none of it may hold a secret in any
 * spelling.
 */
import { inspect } from 'node:util';
import {
  type Auth,
  type AuthOptions,
  createAuth,
  createHttpAuth,
  createMemoryAuditStore,
  createSecret,
  type HttpAuth,
  memoryStores,
  type Stores,
} from '@tessera-auth/core';
import { createRouter, type Route } from '@tessera-auth/core/http';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createAuthBench,
  newPassword,
  newRootSecret,
  origin,
  password,
  publicUrl,
  rootSecret,
} from '../auth-bench.js';
import { type Canaries, createCanaries, keyPurposes } from '../canaries.js';
import { type Browser, createBrowser } from '../http/browser.js';
import { exampleBodyOf } from '../http/example-body.js';
import {
  type Answer,
  administration,
  type Call,
  credentials,
  exampleUrlOf,
  type HttpBench,
  pathOf,
  requestOf,
} from '../http/http-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';

const wrongPassword = 'Never-The-Right-One-19';
const planted = 'planted_4fJ2kQ9sXw7Lm3Zc';
const addresses = ['ada@example.org', 'eve@example.org', 'lovelace@example.org', 'mallory@example.org'];

/** What a body holds that opens something. */
const secretMembers = new Set([
  'accessToken',
  'refreshToken',
  'mfaToken',
  'csrfToken',
  'secret',
  'backupCodes',
]);

type Catch = (place: string, thing: unknown) => void;

/** Everything that left the library while a whole life of an app went by. */
interface Caught {
  readonly canaries: Canaries;
  readonly auth: Auth;
  readonly http: HttpAuth;
  readonly things: readonly (readonly [place: string, thing: unknown])[];
  /** What good answers held that was secret before; looked for at once, since they hand out new secrets. */
  readonly leaks: readonly string[];
  readonly succeeded: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

async function live(): Promise<Caught> {
  const canaries = createCanaries();
  const things: [string, unknown][] = [];
  const leaks: string[] = [];
  const succeeded = new Set<string>();
  const failed = new Set<string>();
  const catchThing: Catch = (place, thing) => void things.push([place, thing]);

  canaries.add('root secret', rootSecret);
  canaries.add('old root secret', newRootSecret);
  for (const [name, value] of Object.entries({ password, newPassword, wrongPassword, planted }))
    canaries.add(name, value);
  for (const address of addresses) canaries.add('address', address);
  for (const secret of [rootSecret, newRootSecret])
    for (const purpose of keyPurposes)
      canaries.add(`key for ${purpose}`, createKeyRing({ secret }).activeKey(purpose));

  const onWarning = (warning: Error): void => catchThing('a process warning', warning);
  process.on('warning', onWarning);
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...args) => catchThing('the console', args)),
  );

  let lastToken = '';
  let isAuditAway = false;
  const audit = createMemoryAuditStore();
  const bench = createAuthBench({
    openStores(clock) {
      const stores = memoryStores({ clock });
      return {
        ...stores,
        // Something that can be away when the app asks whether all is ready.
        users: { ...stores.users, ping: async () => {} },
        audit: watchAudit(audit, catchThing, () => isAuditAway),
      };
    },
    auth: {
      ...administration,
      secret: [createSecret(rootSecret), Buffer.from(newRootSecret)],
      onEvent: (event) => catchThing(`the event ${event.type}`, event),
      onError: (error) => catchThing('an error told to onError', error),
      notify(notice) {
        const { to: _receiver, ...message } = notice;
        if (!('token' in message)) return catchThing(`the notice ${notice.kind}`, message);
        canaries.add('token of a link', message.token);
        lastToken = message.token;
        // The one place that these are for.
        const { token: _token, url: _url, ...rest } = message;
        catchThing(`the notice ${notice.kind}`, rest);
      },
    },
  });
  const linkToken = async (): Promise<string> => {
    await bench.listNotices();
    return lastToken;
  };

  /** The flows as they are, but what they reject with is caught. */
  const watchFlows = (auth: Auth): Auth =>
    new Proxy(auth, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const name = `flow ${String(key)}`;
          const result: unknown = value.apply(target, args);
          if (key === 'forRequest') return watchFlows(result as Auth);
          if (!(result instanceof Promise)) return result;
          return result.then(
            (outcome: unknown) => {
              succeeded.add(name);
              return outcome;
            },
            (error: unknown) => {
              failed.add(name);
              catchThing(`an error of ${name}`, error);
              throw error;
            },
          );
        };
      },
    });

  const openNode = (change: Partial<AuthOptions> = {}): HttpBench => {
    const auth = watchFlows(bench.startNode(change));
    const http = createHttpAuth(auth, { publishesOpenApi: true });
    const router = createRouter(http.routes);
    const send = async (call: Call): Promise<Answer> => {
      const response = await router.answer(pathOf(call.url), requestOf(call));
      if (response === null) throw new Error(`no route: ${call.url}`);
      const { headers, body, cookies, status } = response;
      const name = `route ${call.method} ${findPath(http.routes, pathOf(call.url))}`;
      (status < 400 ? succeeded : failed).add(name);
      catchThing(`headers of ${name}`, headers);
      if (status >= 400) catchThing(`the problem of ${name}`, body);
      else leaks.push(...canaries.findIn(`the body of ${name}`, body, isHandedOut));
      for (const line of cookies) {
        const value = /=([^;]*)/.exec(line)?.[1] ?? '';
        canaries.add('a cookie', value);
        canaries.add('a signature', value.split('.')[2] ?? '');
      }
      const isJson = headers['content-type']?.includes('json') === true;
      const json = isJson && body !== null ? JSON.parse(body) : null;
      addSecrets(canaries, json);
      return { ...response, json };
    };
    return { ...bench, auth, http, send };
  };

  const node = openNode();
  const strict = openNode({ mfa: { requiredFor: 'everybody' } });
  const confirming = openNode({ emailVerification: 'required' });
  const browser = createBrowser(node);
  /** Once with a store that is away, and then as it should be. */
  const run = async (
    method: string,
    url: string,
    json?: unknown,
    via: Pick<HttpBench, 'send'> = browser,
  ): Promise<Answer> => {
    const call = { method, url, ...(json === undefined ? {} : { json }) };
    bench.watched.forgetCalls();
    bench.watched.failAt(0, 'unreached');
    await via.send(call);
    bench.watched.forgetCalls();
    const answer = await via.send(call);
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.status} ${answer.json.code}`);
    return answer;
  };
  const login = (change: object = {}) => ({ ...credentials, transport: 'bearer', ...change });
  const post = (url: string, json: object, via: Pick<HttpBench, 'send'> = node) =>
    via.send({ method: 'POST', url, json });

  // An account, and what its owner does.
  const { json: ada } = await browser.register();
  const user = { tenantId: '', userId: ada.user.id };
  canaries.add('a password hash', (await node.auth.findUser(user))?.passwordHash ?? '');
  for (const path of ['/auth/csrf', '/auth/me', '/auth/sessions', '/auth/mfa', '/auth/account/export'])
    await run('GET', path);
  await run('PATCH', '/auth/me', { name: 'Ada' });
  await run('POST', '/auth/login', login(), node);
  await post('/auth/login', login({ password: wrongPassword }));
  await run('POST', '/auth/reauthenticate', { password });
  await post('/auth/reauthenticate', { password: wrongPassword }, browser);
  await post('/auth/password/change', { currentPassword: wrongPassword, newPassword }, browser);
  await run('POST', '/auth/password/change', { currentPassword: password, newPassword });
  await run('POST', '/auth/password/forgot', { email: credentials.email }, node);
  await run('POST', '/auth/password/reset', { token: await linkToken(), newPassword: password }, node);
  await browser.signIn();

  // Tokens that are renewed, come back and are revoked.
  const { json: pair } = await run('POST', '/auth/login', login(), node);
  bench.clock.advance(120_000);
  await run('POST', '/auth/refresh', { refreshToken: pair.refreshToken }, node);
  bench.clock.advance(120_000);
  await post('/auth/refresh', { refreshToken: pair.refreshToken });
  await run('POST', '/auth/refresh');
  const { json: other } = await run('POST', '/auth/login', login(), node);
  await run('POST', '/auth/revoke', { token: other.refreshToken }, node);
  const { json: third } = await run('POST', '/auth/login', login(), node);
  await run('DELETE', `/auth/sessions/${third.session.id}`);
  await run('POST', '/auth/sessions/revoke-all', {});

  // Second factors, from the account and in the middle of a sign-in.
  await browser.signIn();
  const { json: enrollment } = await run('POST', '/auth/mfa/totp/enroll', {});
  const phone = createAuthenticator(enrollment.secret, bench.clock);
  await post('/auth/mfa/totp/confirm', { code: '000000' }, browser);
  await run('POST', '/auth/mfa/totp/confirm', { code: await phone.code() });
  await run('POST', '/auth/mfa/backup-codes', {});
  bench.clock.advance(2 * stepMs);
  const half = async (at: HttpBench, account: object = {}): Promise<string> =>
    (await post('/auth/login', login(account), at)).json.mfaToken;
  const claim = async (code: string) => ({
    ...{ mfaToken: await half(node), method: 'totp', code },
    transport: 'bearer',
  });
  await post('/auth/mfa/verify', await claim('000000'));
  await run('POST', '/auth/mfa/verify', await claim(await phone.code()), node);
  bench.clock.advance(2 * stepMs);
  const eveCredentials = { email: 'eve@example.org', password };
  await run('POST', '/auth/register', { ...eveCredentials, transport: 'bearer' }, node);
  const mfaToken = await half(strict, eveCredentials);
  const { json: setup } = await run('POST', '/auth/mfa/setup', { mfaToken }, strict);
  const eveCode = await createAuthenticator(setup.secret, bench.clock).code();
  const setUp = { mfaToken, code: eveCode, transport: 'bearer' };
  const { json: eve } = await run('POST', '/auth/mfa/setup/confirm', setUp, strict);
  await run('DELETE', '/auth/mfa/totp', { code: await phone.code() });

  // Another address, an account that has to be confirmed, and its end.
  await run('POST', '/auth/email/change', { newEmail: 'lovelace@example.org' });
  await run('POST', '/auth/email/verify', { token: await linkToken() }, node);
  const mallory = { email: 'mallory@example.org', password, transport: 'bearer' };
  await run('POST', '/auth/register', mallory, confirming);
  await run('POST', '/auth/email/verify', { token: await linkToken() }, confirming);
  const { json: leaving } = await post('/auth/login', mallory);
  const authorization = `Bearer ${leaving.accessToken}`;
  await run('DELETE', '/auth/account', undefined, {
    send: (call) => node.send({ ...call, headers: { ...call.headers, authorization } }),
  });

  // What administrators do, and the public routes.
  const account = `/auth/admin/users/${eve.user.id}`;
  await run('GET', '/auth/admin/users');
  await run('GET', account);
  await run('GET', `${account}/sessions`);
  await run('POST', '/auth/admin/roles', { name: 'clerk', permissions: [] });
  await run('PUT', '/auth/admin/roles/clerk', { permissions: [] });
  await run('GET', '/auth/admin/roles');
  await run('PUT', `${account}/roles/clerk`, {});
  await run('GET', `${account}/roles`);
  await run('DELETE', `${account}/roles/clerk`);
  await run('DELETE', '/auth/admin/roles/clerk');
  await run('POST', `${account}/second-factor/reset`, {});
  await run('POST', `${account}/disable`, {});
  await run('POST', `${account}/enable`, {});
  await run('DELETE', `${account}/sessions`);
  await run('DELETE', account);
  await run('DELETE', '/auth/admin/sessions');
  await browser.send({
    method: 'POST',
    url: '/auth/login',
    json: { ...eveCredentials, email: addresses[2] },
  });
  await run('GET', '/auth/admin/audit');
  await run('GET', '/auth/admin/audit?format=csv');
  await run('GET', '/auth/admin/audit/verify');
  for (const { method, path } of node.http.routes)
    if (method === 'GET' && !path.startsWith('/auth')) await run(method, path, undefined, node);
  await run('GET', '/auth/openapi.json');

  // Hostile input to every route, with a secret wherever one fits.
  for (const route of node.http.routes) await attack(node, browser, route);

  // Flows that no route calls as they are, and every flow while the stores are away.
  const again = login({ email: 'lovelace@example.org' });
  await node.auth.signOutEverywhere(user);
  const { json: own } = await post('/auth/login', again);
  await node.auth.signOut({ tenantId: '', session: null, refreshToken: own.refreshToken });
  const { json: kept } = await post('/auth/login', again);
  const sessionId: string = kept.session.id;
  await node.auth.signOutOthers(user, sessionId);
  canaries.add('access token', (await node.auth.reissueAccessToken({ ...user, sessionId })) ?? '');
  await node.auth.importUsers([{ email: 'bob@example.org', userId: 'bob' }]);
  await node.auth.deleteExpired();
  await node.auth.ready();
  bench.watched.fail(...listStoreMethods(bench.auth.stores));
  for (const flow of listFlows(node.auth, { user, sessionId, refreshToken: kept.refreshToken, mfaToken }))
    await flow().catch(() => {});
  bench.watched.heal();
  isAuditAway = true;
  const reading = { reader: user, act: 'list', query: {}, limit: 1, after: null } as const;
  await node.auth.readAuditLog(reading).catch(() => {});
  await node.auth.verifyAuditLog(user).catch(() => {});
  isAuditAway = false;

  // Listeners that fail with all that they were handed, and nobody who hears of it but the process.
  const talkative = bench.startNode({
    onEvent: (event) => Promise.reject(new Error(`${inspect(event)} ${planted}`)),
    notify(notice) {
      if ('token' in notice) canaries.add('token of a link', notice.token);
      throw new Error(`cannot send ${inspect(notice)}`);
    },
  });
  await talkative.forgotPassword('', 'lovelace@example.org');
  await talkative.signOutEverywhere(user);
  await bench.listEvents();

  // Misuse, which is reported before anything runs.
  for (const wrong of listMisuse()) catchThing('an error of createAuth', misuseOf(wrong));

  catchThing('the audit log', await audit.list({ tenantId: '', limit: 1000 }));
  catchThing('the policy', node.http.describePolicy());
  catchThing('the composition', node.auth.composition);
  catchThing('a key ring', createKeyRing({ secret: [rootSecret, newRootSecret] }));
  catchThing('auth', bench.auth);
  catchThing('http', node.http);
  process.off('warning', onWarning);
  for (const spy of consoles) spy.mockRestore();
  return { canaries, auth: node.auth, http: node.http, things, leaks, succeeded, failed };
}

/** An audit store that shows what it is given. */
function watchAudit(
  store: NonNullable<Stores['audit']>,
  catchThing: Catch,
  isAway: () => boolean,
): NonNullable<Stores['audit']> {
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (isAway()) return Promise.reject(new Error('the log is away'));
        if (key === 'append') catchThing('what the audit store is given', args);
        return value.apply(target, args);
      };
    },
  });
}

/** What a story in the middle of its life has at hand. */
interface Held {
  readonly user: { readonly tenantId: string; readonly userId: string };
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly mfaToken: string;
}

/** A call of every flow that touches a store. */
function listFlows(auth: Auth, { user, sessionId, refreshToken, mfaToken }: Held) {
  const registration = { tenantId: '', email: 'carol@example.org', password, name: null, origin };
  const act = { user: { tenantId: '', userId: wrongPassword }, actorId: user.userId };
  const own = { user, sessionId, origin };
  const role = { tenantId: '', actorId: null, name: 'clerk', permissions: [planted] };
  return [
    () => auth.register(registration),
    () => auth.requestAccount(registration),
    () => auth.verifyEmail('', wrongPassword),
    () => auth.forgotPassword('', `no address, but ${planted}`),
    () => auth.resetPassword({ tenantId: '', token: wrongPassword, newPassword }),
    () => auth.requestEmailChange(user, 'mallory@example.org'),
    () => auth.signInWithPassword({ tenantId: '', ...credentials, origin }),
    () => auth.beginSecondFactorSetup('', mfaToken),
    () => auth.enrollSecondFactor(user),
    () => auth.confirmSecondFactor({ ...own, code: wrongPassword }),
    () => auth.removeSecondFactor({ ...own, proof: { method: 'totp', code: planted } }),
    () => auth.resetSecondFactor(act),
    () => auth.renewBackupCodes(user),
    () => auth.describeSecondFactor(user),
    () => auth.changePassword({ user, sessionId, currentPassword: password, newPassword }),
    () => auth.refresh({ tenantId: '', refreshToken }),
    () => auth.reissueAccessToken({ ...user, sessionId }),
    () => auth.signOut({ tenantId: '', session: null, refreshToken }),
    () => auth.signOutEverywhere(user),
    () => auth.signOutOthers(user, sessionId),
    () => auth.listSessions(user),
    () => auth.endSession(user, sessionId),
    () => auth.endAllSessions(act),
    () => auth.endAllSessionsOfTenant({ tenantId: '', actorId: planted }),
    () => auth.importUsers([{ email: 'carol@example.org' }]),
    () => auth.revokeToken('', refreshToken),
    () => auth.findUser(user),
    () => auth.listUsers(''),
    () => auth.renameUser(user, planted),
    () => auth.disableUser(act),
    () => auth.enableUser(act),
    () => auth.findRights(user),
    () => auth.grantRole({ ...act, role: planted }),
    () => auth.revokeRole({ ...act, role: planted }),
    () => auth.listRoles(''),
    () => auth.listRoleAssignments(''),
    () => auth.createRole({ ...role, description: planted }),
    () => auth.replaceRole({ ...role, description: planted }),
    () => auth.deleteRole(role),
    () => auth.exportUser(user),
    () => auth.eraseUser(act),
    () => auth.deleteExpired(),
    () => auth.ready(),
  ] as readonly (() => Promise<unknown>)[];
}

/** Every way to send one route something that it refuses. */
async function attack(node: HttpBench, browser: Browser, route: Route): Promise<void> {
  const { method } = route;
  const url = exampleUrlOf(route);
  const json = exampleBodyOf(route) as object;
  const type = { 'content-type': 'application/json' };
  const cookie = `__Host-access=${planted}; __Host-refresh=${planted}`;
  const calls: Call[] = [
    { method, url: exampleUrlOf(route, planted), json },
    { method, url: `${url}?token=${planted}` },
    { method, url: `${url}?cursor=${planted}&limit=${planted}` },
    { method, url, json: { ...json, [planted]: planted } },
    { method, url, json: { password: [planted], email: { planted }, token: 7 } },
    { method, url, headers: type, body: `{"password":"${planted}` },
    { method, url, headers: { cookie }, json },
    { method, url, headers: { 'x-csrf-token': planted, origin: `https://${planted}.example` }, json },
    { method, url, headers: { 'x-http-method-override': planted } },
  ];
  const authorization = `Bearer ${planted}`;
  for (const call of calls) {
    await browser.clone().send(call);
    await node.send({ ...call, headers: { ...call.headers, authorization } });
  }
}

function findPath(routes: readonly Route[], path: string): string {
  const isMatch = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
  const found = routes.find((route) => route.path === path) ?? routes.find((route) => isMatch(route.path));
  return found?.path ?? path;
}

/** People's own data, and what a page may ask for again. */
function isHandedOut(name: string): boolean {
  return name === 'address' || name === 'csrfToken';
}

function addSecrets(canaries: Canaries, json: unknown): void {
  if (typeof json !== 'object' || json === null) return;
  for (const [name, value] of Object.entries(json)) {
    if (!secretMembers.has(name)) addSecrets(canaries, value);
    else for (const secret of [value].flat()) if (typeof secret === 'string') canaries.add(name, secret);
  }
}

function listStoreMethods(stores: Stores): readonly string[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    Object.keys(store as object).map((method) => `${name}.${method}`),
  );
}

function listMisuse(): readonly Partial<AuthOptions>[] {
  return [
    { secret: planted },
    { secret: createSecret(planted) },
    { secret: [rootSecret, rootSecret] },
    { secret: [{ secret: rootSecret, state: planted as 'active' }] },
    { secret: `changeme-${rootSecret}` },
    { secret: { planted } as never },
    { publicUrl: `https://ada:${planted}@app.example.com` },
    { emailLinks: { resetPath: `/${planted}?` } },
    { profile: planted as 'default' },
    { accessLifetime: planted as '15m' },
    { emailVerification: planted as 'off' },
  ];
}

function misuseOf(wrong: Partial<AuthOptions>): unknown {
  const right = { publicUrl, secret: rootSecret, stores: memoryStores(), emailVerification: 'off' } as const;
  try {
    createAuth({ ...right, ...wrong });
  } catch (error) {
    return error;
  }
  throw new Error('misuse was accepted');
}

describe('a whole life of an app', () => {
  let caught: Caught;
  beforeAll(async () => {
    caught = await live();
  }, 120_000);

  it('takes every route, well and badly', () => {
    const routes = caught.http.routes.map(({ method, path }) => `route ${method} ${path}`);
    expect(routes.filter((route) => !caught.succeeded.has(route))).toEqual([]);
    expect(routes.filter((route) => !caught.failed.has(route))).toEqual([]);
  });

  it('takes every flow, well and badly', () => {
    const others = new Set(['now', 'describePolicy', 'close', 'forRequest', 'report', 'reportError']);
    const flows = Object.entries(caught.auth).flatMap(([name, value]) =>
      typeof value === 'function' && !others.has(name) ? [`flow ${name}`] : [],
    );
    expect(flows.filter((flow) => !caught.succeeded.has(flow))).toEqual([]);
    expect(flows.filter((flow) => !caught.failed.has(flow))).toEqual([]);
  });

  it('catches warnings of listeners that failed', () => {
    const places = caught.things.map(([place]) => place);
    expect(places.filter((place) => place === 'a process warning').length).toBeGreaterThan(1);
  });

  it('lets no secret out, in any spelling', () => {
    const { canaries, things } = caught;
    expect(canaries.size).toBeGreaterThan(60);
    expect(new Set(things.map(([place]) => place)).size).toBeGreaterThan(100);
    const leaks = things.flatMap(([place, thing]) => canaries.findIn(place, thing));
    expect([...new Set([...caught.leaks, ...leaks])]).toEqual([]);
  });

  it('shows nobody who reads the audit log in the database where requests came from', () => {
    const where = createCanaries();
    where.add('an address', origin.ip);
    where.add('a browser', origin.userAgent);
    const stored = new Set(['what the audit store is given', 'the audit log']);
    const findIn = (isMeant: (place: string) => boolean) =>
      caught.things
        .filter(([place]) => isMeant(place))
        .flatMap(([place, thing]) => where.findIn(place, thing));
    expect(findIn((place) => stored.has(place))).toEqual([]);
    expect(findIn((place) => place.startsWith('the event '))).not.toEqual([]);
  });

  it('would have been noticed to leak', () => {
    const { canaries } = caught;
    const value = Buffer.from(planted);
    const spellings: unknown[] = [
      `token=${planted}`,
      { deep: { deeper: [planted] } },
      new Error('outer', { cause: new Error(planted) }),
      Object.assign(new Error('with a field'), { token: planted }),
      value,
      new Uint8Array(value),
      { toJSON: () => ({ planted }) },
      new Map([[planted, 1]]),
      ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${planted}zz`).toString('base64')),
      ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${planted}`).toString('base64url')),
      value.toString('hex'),
      value.toString('hex').toUpperCase(),
      encodeURIComponent('ada@example.org'),
    ];
    for (const spelling of spellings) expect(canaries.findIn('here', spelling)).not.toEqual([]);
    expect(canaries.findIn('here', 'nothing of interest')).toEqual([]);
  });
});
