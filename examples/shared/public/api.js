/**
 * A refusal or an outage, as the server reports it (RFC 9457).
 * @typedef {{ status: number, code: string, errors?: { pointer: string, detail: string }[] }} Problem
 */

// In memory only: whatever reads the page's storage does not find it, and it is gone with the page.
let csrfToken = null;

/** Whether `error` is a {@link Problem}, and not a mistake of this page. */
export function isProblem(error) {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error;
}

/** Asks the server. @throws {Problem} */
export async function get(path) {
  return retrySuperseded(() => send('GET', path));
}

/** Changes something on the server, with the proof that it is this page that asks. @throws {Problem} */
export async function change(method, path, body) {
  return retrySuperseded(async () => {
    csrfToken ??= (await send('GET', '/auth/csrf')).csrfToken;
    try {
      return await send(method, path, body, { 'x-csrf-token': csrfToken });
    } catch (problem) {
      if (problem.code !== 'csrf_refused') throw problem;
      // Another tab has signed in anew: the token belongs to the session before.
      csrfToken = (await send('GET', '/auth/csrf')).csrfToken;
      return send(method, path, body, { 'x-csrf-token': csrfToken });
    }
  });
}

/** Signs in or registers: there is no session yet that a proof could belong to. @throws {Problem} */
export async function enter(path, body) {
  const answer = await send('POST', path, body);
  csrfToken = null;
  return answer;
}

/** Ends the session of this browser. @throws {Problem} */
export async function leave() {
  await change('POST', '/auth/logout');
  csrfToken = null;
}

/** Another tab was faster to renew the session, and the browser has its cookies by now. */
async function retrySuperseded(ask) {
  try {
    return await ask();
  } catch (problem) {
    if (problem.code !== 'refresh_token_superseded') throw problem;
    return ask();
  }
}

async function send(method, path, body, headers = {}) {
  const hasBody = body !== undefined;
  const response = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(hasBody && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw { status: 0, code: 'unreachable' };
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw { ...answer, status: response.status, code: answer?.code ?? 'unexpected' };
}
