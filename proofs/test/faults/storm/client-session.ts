import type { Answer, Question } from './answer.js';

/** A session as its client knows it: from answers alone. */
export interface ClientSession {
  readonly id: string;
  readonly userId: string;
  readonly transport: 'cookie' | 'bearer';
  accessToken: string;
  refreshToken: string;
  /** Of a refresh that has not been answered yet. */
  attemptId: string | null;
  /** When the answer came that brought this refresh token. */
  writtenAtMs: number;
  /** `ending` while nobody knows; `gone` once it was found lost, or revived. */
  state: 'alive' | 'ending' | 'ended' | 'gone';
  /** Where and when it was answered that it is over. */
  end: { readonly node: number; readonly atMs: number } | null;
}

type Tokens = Pick<ClientSession, 'accessToken' | 'refreshToken'>;

const cookieNames = { access: '__Host-access', refresh: '__Host-refresh' };

/** The session of an answer that signs in. */
export function readSignedIn(answer: Answer, transport: ClientSession['transport']): ClientSession {
  const { session, user } = answer.body;
  return {
    ...{ id: session.id, userId: user.id, transport, attemptId: null, state: 'alive', end: null },
    ...readTokens(answer, { accessToken: '', refreshToken: '' }),
    writtenAtMs: answer.answeredAtMs,
  };
}

/** The tokens of an answer, from its body or its cookies; a cookie that is not set again stays as it is. */
export function readTokens({ body, cookies }: Answer, held: Tokens): Tokens {
  return {
    accessToken: body.accessToken ?? cookies.get(cookieNames.access) ?? held.accessToken,
    refreshToken: body.refreshToken ?? cookies.get(cookieNames.refresh) ?? held.refreshToken,
  };
}

/** Whether the answer makes a browser forget its tokens. */
export function clearsCookies({ cookies }: Answer): boolean {
  return [...cookies.values()].includes('');
}

/** Asks who is signed in: `/auth/me`, which reads the account, or `/checked`, which does not. */
export function checkQuestion(session: ClientSession, path: '/auth/me' | '/checked'): Question {
  return { method: 'GET', path, headers: credentialsOf(session) };
}

export function refreshQuestion(session: ClientSession): Question {
  const { transport, refreshToken, attemptId } = session;
  const attempt = attemptId === null ? {} : { attemptId };
  const question = { method: 'POST', path: '/auth/refresh' } as const;
  if (transport === 'bearer') return { ...question, body: { refreshToken, ...attempt } };
  return { ...question, headers: credentialsOf(session), body: attempt };
}

export function signOutQuestion(session: ClientSession): Question {
  return { method: 'POST', path: '/auth/logout', headers: credentialsOf(session) };
}

export function signOutEverywhereQuestion(session: ClientSession): Question {
  return {
    method: 'POST',
    path: '/auth/sessions/revoke-all',
    headers: credentialsOf(session),
    body: { includeCurrent: true },
  };
}

function credentialsOf({ transport, accessToken, refreshToken }: ClientSession): Record<string, string> {
  if (transport === 'bearer') return { authorization: `Bearer ${accessToken}` };
  return { cookie: `${cookieNames.access}=${accessToken}; ${cookieNames.refresh}=${refreshToken}` };
}
