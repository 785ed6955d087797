import { storeUnavailable } from '../errors.js';
import { requireNoSecrets } from './answer-route.js';
import type { Authenticated } from './authenticate.js';
import { requireTrustedSocket } from './check-origin.js';
import { readCredentials } from './credentials.js';
import { createOpenGuard } from './edge/open-guards.js';
import { all, type Guard, type Identity } from './guard.js';
import { createGuard } from './guards.js';
import type { HttpContext } from './http-context.js';
import { findHeader, type HttpRequest, readQuery } from './request.js';
import type { HttpResponse } from './response.js';
import { createSocketWatch, type SocketEnd, type SocketWatch, type WatchedSocket } from './socket-watch.js';

/** The request to open a socket: the `IncomingMessage` that Node hands to `upgrade`, and Socket.IO to `allowRequest`. */
export interface UpgradeRequest extends Pick<HttpRequest, 'headers'> {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly socket?:
    | (NonNullable<HttpRequest['socket']> & {
        /** Hears of errors of the connection. */
        on?(event: 'error', listener: () => void): unknown;
      })
    | undefined;
}

/** A socket that may be opened. */
export interface AdmittedSocket {
  readonly isAdmitted: true;
  /**
   * Who is at its other end, with what they may do as of the last access token; `null` once the socket has to be closed. Ask for each
   * message: one may arrive while the socket closes.
   */
  identity(): Identity | null;
  /**
   * Has the socket checked again while it lives. Call it as soon as the socket is open: without it nobody ever looks again.
   *
   * @param close called once, when the user may not stay connected.
   * @returns what ends the checks; call it when the socket is closed.
   */
  watch(close: (reason: SocketEnd) => void): () => void;
}

/** Whether a socket may be opened, or what to send instead. */
export type SocketVerdict = AdmittedSocket | { readonly isAdmitted: false; readonly response: HttpResponse };

/**
 * Decides whether a socket may be opened. Rejects only for what is a bug, after which the connection has to be closed.
 *
 * @param guard who may open one. Default: every signed-in user. It is asked again whenever an access token has expired, so a
 * limit counts again then. A `load` of it is handed the request as core reads it.
 */
export type AdmitSocket = (request: UpgradeRequest, guard?: Guard) => Promise<SocketVerdict>;

/** The answer to a request that was let in, with whoever sent it. */
type Asked = Authenticated | { readonly refusal: HttpResponse };

/** Guards sockets, and watches those that were let in. */
export function createSocketGuard(http: HttpContext): AdmitSocket {
  let watch: SocketWatch | null = null;
  const origin = createOpenGuard(http, (request) => requireOwnSocket(http, request));

  const ask = async (request: HttpRequest, guard: Guard | undefined): Promise<Asked> => {
    let sender: Authenticated | null = null;
    const signedIn = createGuard(http, (authenticated) => {
      sender = authenticated;
      return true;
    });
    const known = all(origin, signedIn);
    const verdict = await (guard === undefined ? known : all(known, guard))(request);
    if (!verdict.isAllowed) return { refusal: verdict.response };
    // That a socket is opened is the answer.
    const instead = verdict.review?.(101, null) ?? null;
    return instead === null ? (sender as unknown as Authenticated) : { refusal: instead };
  };

  return async (upgrade, guard) => {
    surviveReset(upgrade);
    const { method = 'GET', url = '', socket, headers: given } = upgrade;
    const toRequest = (headers: HttpRequest['headers']): HttpRequest => ({
      ...{ method, originalUrl: url, socket },
      headers: { ...given, ...headers },
    });
    const cookies = findHeader(toRequest({}), 'cookie');
    watch ??= createSocketWatch(http);
    const { knownAt, add } = watch;
    let asOf = knownAt();
    // Nothing is refreshed on the way: there is no answer that would bring the browser its next refresh token.
    const asked = await ask(toRequest({ cookie: http.cookies.omit(cookies, ['refreshToken']) }), guard);
    if ('refusal' in asked) return { isAdmitted: false, response: asked.refusal };

    let { identity, claims } = asked;
    let isOver = false;

    const renew = async (): Promise<boolean> => {
      const token = await http.auth.reissueAccessToken(identity);
      if (token === null) return false;
      // As if the client had come again with the next token, so that every guard judges what is true now.
      const again = await ask(
        toRequest({
          cookie: http.cookies.omit(cookies, ['accessToken', 'refreshToken']),
          authorization: `Bearer ${token}`,
        }),
        guard,
      );
      if (!('refusal' in again)) {
        ({ identity, claims } = again);
        return true;
      }
      if (again.refusal.status === 503) throw storeUnavailable(new Error('A guard of a socket cannot say.'));
      return false;
    };

    return {
      isAdmitted: true,
      identity: () => (isOver ? null : identity),
      watch(close) {
        const watched: WatchedSocket = {
          get claims() {
            return claims;
          },
          get knownAt() {
            return asOf;
          },
          set knownAt(instant) {
            asOf = instant;
          },
          renew,
          close(reason) {
            isOver = true;
            close(reason);
          },
        };
        return add(watched);
      },
    };
  };
}

/** @throws `AuthError` `token_in_url`, `csrf_refused`, and what is wrong with the credentials. */
function requireOwnSocket(http: HttpContext, request: HttpRequest): void {
  requireNoSecrets(readQuery(request));
  const { transport, accessToken } = readCredentials(http.cookies, request);
  // The browser adds cookies for whatever page opens the socket, and that page could read all that it brings: cross-site
  // WebSocket hijacking. Only a client that is no page can send the header.
  if (transport === 'cookie' && accessToken !== null) requireTrustedSocket(request, http.trustedOrigins);
}

const surviving = new WeakSet<object>();

/** Node has nobody listen to a connection that asks for an upgrade: a client that resets it meanwhile would end the process. */
function surviveReset({ socket }: UpgradeRequest): void {
  if (socket?.on === undefined || surviving.has(socket)) return;
  surviving.add(socket);
  socket.on('error', () => {});
}
