import type { Answer, Call, HttpBench } from './http-bench.js';
import { credentials, ownPage } from './http-bench.js';

/** A browser on a page of the app: keeps cookies, sends them with everything, and echoes the CSRF token. */
export interface Browser {
  readonly jar: ReadonlyMap<string, string>;
  send(call: Call): Promise<Answer>;
  register(): Promise<Answer>;
  signIn(): Promise<Answer>;
  /** The headers of its next request to change state. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** A browser with the same cookies, on its own from here. */
  clone(): Browser;
}

export function createBrowser(bench: HttpBench, cookies: Iterable<readonly [string, string]> = []): Browser {
  const jar = new Map(cookies);
  let csrfToken: string | null = null;

  const keep = (answer: Answer): Answer => {
    for (const line of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/; Max-Age=0$/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  const sendBare = async (call: Call): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...ownPage, ...(cookie === '' ? {} : { cookie }), ...call.headers };
    return keep(await bench.send({ ...call, headers }));
  };
  const enter = async (call: Call): Promise<Answer> => {
    const answer = await sendBare(call);
    csrfToken = (await sendBare({ method: 'GET', url: '/auth/csrf' })).json.csrfToken;
    return answer;
  };

  return {
    jar,
    send: (call) =>
      sendBare({
        ...call,
        headers: { ...(csrfToken === null ? {} : { 'x-csrf-token': csrfToken }), ...call.headers },
      }),
    register: () => enter({ method: 'POST', url: '/auth/register', json: credentials }),
    signIn: () => enter({ method: 'POST', url: '/auth/login', json: credentials }),
    async headers() {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      return { ...ownPage, cookie, 'x-csrf-token': csrfToken ?? '' };
    },
    clone: () => createBrowser(bench, jar),
  };
}
