/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, otherwise text. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  readonly body: any;
}

/** One browser without a screen: it keeps cookies and says where it comes from. */
export interface HttpClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Sends a body as JSON, without a CSRF token. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Does the same as the page does, with a CSRF token. */
  change(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The `Cookie` header. */
  cookies(): string;
  /** Another client with the cookies of this one as they are now. */
  copy(): HttpClient;
}

/** A password that the policy accepts. */
export const password = 'nine purple lanterns at noon';

/** A client for the server at `url`. */
export function createHttpClient(url: string, held: Iterable<[string, string]> = []): HttpClient {
  const jar = new Map(held);
  const cookies = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  const ask = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: url,
        ...(jar.size > 0 && { cookie: cookies() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  return {
    get: (path, headers = {}) => ask('GET', path, headers),
    send: (method, path, body, headers = {}) => ask(method, path, headers, body),
    async change(method, path, body) {
      const { csrfToken } = (await ask('GET', '/auth/csrf', {})).body;
      return ask(method, path, { 'x-csrf-token': csrfToken }, body);
    },
    cookies,
    copy: () => createHttpClient(url, jar),
  };
}

/** A client whose user has just registered. */
export async function register(url: string, email: string): Promise<HttpClient> {
  const client = createHttpClient(url);
  const { status, body } = await client.send('POST', '/auth/register', { email, password });
  if (status !== 201) throw new Error(`registering ${email}: ${status} ${JSON.stringify(body)}`);
  return client;
}

/** A client that has just signed in. */
export async function signIn(url: string, email: string): Promise<HttpClient> {
  const client = createHttpClient(url);
  const { status, body } = await client.send('POST', '/auth/login', { email, password });
  if (status !== 200) throw new Error(`signing in ${email}: ${status} ${JSON.stringify(body)}`);
  return client;
}

/** The value of a cookie in a `Cookie` header. @throws `Error` when it is not there. */
export function findCookie(cookies: string, name: string): string {
  const value = new RegExp(`(?:^|; )${name}=([^;]+)`).exec(cookies)?.[1];
  if (value === undefined) throw new Error(`there is no cookie ${name}`);
  return value;
}
