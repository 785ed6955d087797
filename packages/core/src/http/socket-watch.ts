import { createStopwatch, type Instant, type Stopwatch } from '../domains/revocation/stopwatch.js';
import type { AccessTokenClaims } from '../domains/tokens/index.js';
import { isRevoked } from './authenticate.js';
import type { HttpContext } from './http-context.js';

/**
 * Why a socket has to be closed.
 *
 * - `revoked`: the user signed out, was signed out or disabled, or their roles changed.
 * - `expired`: the access token is over and the session or the guard gives no next one. A client that may go on connects again.
 * - `unavailable`: the stores cannot say, and what was last known is too old. The client may try again later.
 */
export type SocketEnd = 'revoked' | 'expired' | 'unavailable';

/** A socket that is checked again while it lives. */
export interface WatchedSocket {
  /** What is known of its user. */
  readonly claims: AccessTokenClaims;
  /** As of when that was certain. */
  knownAt: Instant;
  /** Reads everything again once the claims have expired. @returns whether the socket may stay. @throws while nobody can say. */
  renew(): Promise<boolean>;
  /** Called once, when the socket may not stay. */
  close(reason: SocketEnd): void;
}

/** Checks all sockets of one app, with one timer, which ends with the last socket and keeps no process alive. */
export interface SocketWatch {
  /** The instant that knowledge of this moment is of. */
  knownAt(): Instant;
  /** @returns what ends the watching, when the socket is closed. */
  add(socket: WatchedSocket): () => void;
}

/** Work that is done for many sockets, some at once, and not begun again before it is done. */
interface Lane {
  run(sockets: readonly WatchedSocket[]): void;
  /** It has been waiting for a store for that long. */
  isStuck(ms: number): boolean;
}

/** Questions to the stores at once. */
const laneWidth = 16;
/** With direct checks each look at a socket is a question to the store. */
const directPace = { intervalMs: 10_000, limitMs: 15_000 } as const;

/** A watch over the sockets of one app. */
export function createSocketWatch(http: HttpContext): SocketWatch {
  const { auth } = http;
  const sockets = new Set<WatchedSocket>();
  const stopwatch = createStopwatch({ now: () => auth.now().getTime() });
  const { intervalMs, limitMs } = findPace(http);
  let timer: NodeJS.Timeout | null = null;

  const knownAt = (): Instant => {
    const { wallMs, monotonicMs } = stopwatch.now();
    const { state, lagMs } = auth.revocations.status();
    const ageMs = state === 'fresh' ? (lagMs ?? 0) : 0;
    return { wallMs: wallMs - ageMs, monotonicMs: monotonicMs - ageMs };
  };
  const remove = (socket: WatchedSocket): boolean => {
    const wasThere = sockets.delete(socket);
    if (sockets.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
    return wasThere;
  };
  const end = (socket: WatchedSocket, reason: SocketEnd): void => {
    if (!remove(socket)) return;
    try {
      socket.close(reason);
    } catch (error) {
      auth.reportError(error);
    }
  };
  const expiredForMs = ({ claims }: WatchedSocket): number =>
    auth.now().getTime() - claims.expiresAt.getTime();
  const isUnknown = (socket: WatchedSocket): boolean => stopwatch.since(socket.knownAt) >= limitMs;
  const isOverdue = (socket: WatchedSocket): boolean => expiredForMs(socket) >= limitMs;

  const checks = createLane(stopwatch, async (socket) => {
    try {
      const asOf = knownAt();
      if (await isRevoked(http, socket.claims)) end(socket, 'revoked');
      else socket.knownAt = asOf;
    } catch (error) {
      auth.reportError(error);
      if (isUnknown(socket)) end(socket, 'unavailable');
    }
  });
  const renewals = createLane(stopwatch, async (socket) => {
    try {
      if (!(await socket.renew())) end(socket, 'expired');
    } catch (error) {
      auth.reportError(error);
      if (isOverdue(socket)) end(socket, 'unavailable');
    }
  });

  const look = (): void => {
    // A store that never answers must not keep anybody connected.
    if (checks.isStuck(limitMs))
      for (const socket of [...sockets].filter(isUnknown)) end(socket, 'unavailable');
    if (renewals.isStuck(limitMs))
      for (const socket of [...sockets].filter(isOverdue)) end(socket, 'unavailable');
    checks.run([...sockets]);
    // Many that expire at once must not hold up the checks.
    renewals.run([...sockets].filter((socket) => expiredForMs(socket) >= 0));
  };

  return {
    knownAt,
    add(socket) {
      sockets.add(socket);
      timer ??= setInterval(look, intervalMs).unref();
      return () => void remove(socket);
    },
  };
}

/** How often sockets are looked at, and how old knowledge of them may be. */
function findPace({ auth: { revocations, stores } }: HttpContext): { intervalMs: number; limitMs: number } {
  const { check, boundMs } = revocations.policy;
  const isInMemory = check === 'replicated' || stores.revocations.traits?.durability === 'process';
  return isInMemory ? { intervalMs: boundMs / 2, limitMs: boundMs } : directPace;
}

/** @param work must not reject. */
function createLane(stopwatch: Stopwatch, work: (socket: WatchedSocket) => Promise<void>): Lane {
  let busySince: Instant | null = null;
  return {
    run(sockets) {
      if (busySince !== null || sockets.length === 0) return;
      busySince = stopwatch.now();
      const queue = sockets.values();
      const take = async (): Promise<void> => {
        for (const socket of queue) await work(socket);
      };
      void Promise.all(Array.from({ length: laneWidth }, take)).then(() => {
        busySince = null;
      });
    },
    isStuck: (ms) => busySince !== null && stopwatch.since(busySince) >= ms,
  };
}
