import type { TestAnswer, TestClient } from '../test-client.js';

/** What a browser does by itself, and the app's own page in it: cookies, Fetch metadata and the CSRF token. */
export interface Browser {
  /** What it sends, by name. A case may take some away, put some back, or look. */
  readonly cookies: Map<string, string>;
  get(path: string): Promise<TestAnswer>;
  post(path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
  send(
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<TestAnswer>;
  /** Fetches the token that unsafe requests carry from then on. */
  fetchCsrfToken(): Promise<string>;
  /** The same cookies and token in a browser of their own: what a thief of them has. */
  copy(): Browser;
}

/** A browser on the app's own origin. Headers that a case gives replace the browser's; an empty one takes it away. */
export function createBrowser(client: TestClient, origin: string): Browser {
  return openBrowser(client, origin, new Map(), null);
}

function openBrowser(
  client: TestClient,
  origin: string,
  cookies: Map<string, string>,
  knownCsrfToken: string | null,
): Browser {
  let csrfToken = knownCsrfToken;

  const browser: Browser = {
    cookies,

    async send(method, path, given = {}, body) {
      const isUnsafe = method !== 'GET' && method !== 'HEAD';
      const headers = {
        ...(cookies.size > 0 ? { cookie: writeCookies(cookies) } : {}),
        'sec-fetch-site': 'same-origin',
        ...(isUnsafe ? { origin } : {}),
        ...(isUnsafe && csrfToken !== null ? { 'x-csrf-token': csrfToken } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...given,
      };
      const answer = await client.send({
        method,
        path,
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      for (const line of answer.cookies) keepCookie(cookies, line);
      return answer;
    },

    get: (path) => browser.send('GET', path),

    post: (path, body, headers) => browser.send('POST', path, headers, body),

    async fetchCsrfToken() {
      const token: string = (await browser.get('/auth/csrf')).json().csrfToken;
      csrfToken = token;
      return token;
    },

    copy: () => openBrowser(client, origin, new Map(cookies), csrfToken),
  };
  return browser;
}

function writeCookies(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const [name = '', value = ''] = pair.split('=');
  if (attributes.includes('Max-Age=0')) cookies.delete(name);
  else cookies.set(name, value);
}
