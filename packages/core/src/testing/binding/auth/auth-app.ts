import { randomBytes } from 'node:crypto';
import { createAuth } from '../../../create-auth.js';
import { definePolicy } from '../../../domains/authorization/index.js';
import type { SigningKeySource } from '../../../domains/tokens/index.js';
import type { AuthEvent } from '../../../events.js';
import { all, type Guard } from '../../../http/guard.js';
import { createHttpAuth } from '../../../http/http-auth.js';
import { respondEmpty } from '../../../http/response.js';
import type { RouteLimitsOptions } from '../../../http/route-limits.js';
import { createMemoryAuditStore, memoryStores } from '../../../stores/memory/index.js';
import { createTestClock, type TestClock } from '../../test-clock.js';
import type { BindingBench, PageKind, ParserPlace } from '../binding-case.js';
import { refusing } from '../binding-fixtures.js';
import type { TestAnswer, TestClient } from '../test-client.js';
import { type Browser, createBrowser } from './browser.js';
import { makeLosable } from './losable-stores.js';

/** The origin that the app believes to be reached at. */
export const publicUrl = 'https://app.example.com';

/** Long enough for the policy, and on no list. */
export const password = 'nine purple herons waltz';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] }, accounts: { actions: ['create'] } },
  roles: {
    employee: { can: ['reports:read'] },
    boss: { inherits: ['employee'], can: ['accounts:create', 'auth:users:*', 'auth:audit:read'] },
  },
});

/**
 * An app with the real routes on memory stores, and these pages behind real guards: `GET` and `POST /page` for everybody
 * who is signed in, `/employees` and `/bosses` for roles, `/twice` with two guards, `/closed` with a second guard of the app that
 * lets nobody through, `/accounts` and `/required` for the permission `accounts:create`, and below `/area` handlers that have to decide: one forgot,
 * one asks, others have guards of their own. Users whose
 * address begins with `boss` have the role `boss`, and administrate accounts and read the audit log; all others are `employee`.
 */
export interface AuthApp {
  readonly client: TestClient;
  /** What could not be answered, as events. */
  readonly failures: readonly Failure[];
  /** What somebody was refused, as events. */
  readonly denials: readonly Denial[];
  readonly clock: TestClock;
  /** A browser that nobody is signed in with yet. */
  openBrowser(): Browser;
  /** A browser in which this user has just made an account. */
  register(email: string): Promise<Browser>;
  /** A browser in which this user has just signed in. */
  signIn(email: string): Promise<Browser>;
  /** Takes the stores away, or gives them back. */
  loseStores(isLost: boolean): void;
  /** A request to a route without any cookie: what clients that are no browsers send. */
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
  /** A request with an access token in its header. */
  getAs(accessToken: string, path: string): Promise<TestAnswer>;
}

type Failure = Extract<AuthEvent, { type: 'sys_failure' }>;
type Denial = Extract<AuthEvent, { type: 'authz_fail' }>;

/** What a case may want of the app. */
interface AuthAppOptions {
  readonly parsers?: ParserPlace;
  /** Default: tokens are signed with a shared secret. */
  readonly signingKeys?: SigningKeySource;
  /** Default: nothing is limited. */
  readonly routeLimits?: RouteLimitsOptions;
}

/** Sends everybody elsewhere. */
const leading: Guard = () => ({
  isAllowed: false,
  response: respondEmpty(303, { headers: { location: '/elsewhere' } }),
});

/** Starts the app on a clock that stands still. */
export async function startAuthApp(
  { start }: BindingBench,
  { parsers = 'none', signingKeys, routeLimits }: AuthAppOptions = {},
): Promise<AuthApp> {
  const clock = createTestClock();
  const failures: Failure[] = [];
  const denials: Denial[] = [];
  const { stores, setLost } = makeLosable({ ...memoryStores({ clock }), audit: createMemoryAuditStore() });
  const auth = createAuth({
    publicUrl,
    secret: randomBytes(48).toString('base64'),
    stores,
    emailVerification: 'off',
    policy,
    ...(signingKeys === undefined ? {} : { signingKeys }),
    rolesForNewUser: ({ email }) => [email.startsWith('boss') ? 'boss' : 'employee'],
    // Cheap: nothing here is about what a hash costs.
    passwords: { argon2: { memoryKiB: 8, iterations: 1 }, allowWeakArgon2: true },
    rateLimits: routeLimits === undefined ? 'off' : {},
    onEvent(event) {
      if (event.type === 'sys_failure') failures.push(event);
      if (event.type === 'authz_fail') denials.push(event);
    },
    onError: () => {},
    clock,
  });
  const http = createHttpAuth(auth, { publishesOpenApi: true, ...(routeLimits && { routeLimits }) });
  const page = (path: string, guard: Guard, kind: PageKind = 'identity', area?: Guard) =>
    (['GET', 'POST'] as const).map((method) => ({ method, path, guard, kind, ...(area && { area }) }));
  const area = http.requireDecision();
  const client = await start({
    mounts: [{ prefix: '', routes: http.routes }],
    parsers,
    pages: [
      ...page('/page', http.signedIn()),
      ...page('/stream', http.signedIn(), 'stream'),
      ...page('/broken', http.signedIn(), 'broken'),
      ...page('/employees', http.requireRole('employee')),
      ...page('/twice', all(http.signedIn(), http.requireRole('employee'))),
      ...page('/closed', all(http.signedIn(), refusing)),
      ...page('/bosses', http.requireRole('boss')),
      ...page('/accounts', http.requirePermission('accounts:create')),
      ...page('/required', http.signedIn(), 'required'),
      ...page('/area/forgotten', area, 'open'),
      ...page('/area/asked', area),
      ...page('/area/role', http.requireRole('employee'), 'open', area),
      ...page('/area/permission', http.requirePermission('reports:read'), 'stream', area),
      ...page('/area/bosses', http.requireRole('boss'), 'open', area),
      ...page('/area/away', leading, 'open', area),
    ],
  });

  const openBrowser = () => createBrowser(client, publicUrl);
  const enter = async (path: string, email: string): Promise<Browser> => {
    const browser = openBrowser();
    const answer = await browser.post(path, { email, password });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    await browser.fetchCsrfToken();
    return browser;
  };
  return {
    client,
    clock,
    failures,
    denials,
    openBrowser,
    loseStores: setLost,
    register: (email) => enter('/auth/register', email),
    signIn: (email) => enter('/auth/login', email),
    post: (path, body, headers = {}) =>
      client.send({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    getAs: (accessToken, path) => client.send({ path, headers: { authorization: `Bearer ${accessToken}` } }),
  };
}
