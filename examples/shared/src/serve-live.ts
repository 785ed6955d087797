import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AdmittedSocket, refuseUpgrade } from '@tessera-auth/core/http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EmployeeSystem } from './open-employee-system.js';
import { problems, problemType } from './problem.js';

/** Sockets that people hear of reports by. */
export interface LiveFeed {
  /** Lets nobody in any more and closes every socket, with 1001: the page comes back later. */
  close(): void;
}

/** The session is over, or allows other things than before: the page has to ask who it is. */
const sessionChanged = 4401;
const tryAgainLater = 1013;
const goingAway = 1001;
const policyViolation = 1008;

/** How many bytes a client may leave unread. */
const maxUnread = 64 * 1024;
/** How long a client may take to say goodbye when the server ends. */
const goodbyeMs = 1000;

const nothingHere = {
  status: problems.notFound.status,
  headers: { 'content-type': problemType },
  cookies: [],
  body: JSON.stringify(problems.notFound),
} as const;

/**
 * Tells signed-in users at the WebSocket `/live` of every report that is handed in or approved, if they may read it:
 * `{ type: 'handed_in' | 'approved', report }`, as they see it. A page that had to ask for it would keep its session alive by what
 * others do.
 *
 * A socket ends with the session of its user, within the revocation bound.
 */
export function serveLive(server: Server, { auth, reports }: EmployeeSystem): LiveFeed {
  const feed = new WebSocketServer({ noServer: true, maxPayload: 1024 });

  const tellReports = (socket: WebSocket, { identity, watch }: AdmittedSocket): void => {
    const unwatch = watch((reason) =>
      socket.close(reason === 'unavailable' ? tryAgainLater : sessionChanged, reason),
    );
    const leave = reports.onChange(({ type, report }) => {
      // At each message: what somebody may read can change while they listen.
      const reader = identity();
      if (reader?.can('reports:read', report) !== true) return;
      if (socket.bufferedAmount > maxUnread) socket.terminate();
      else socket.send(JSON.stringify({ type, report: reports.view(reader, report) }));
    });
    socket.on('close', () => {
      unwatch();
      leave();
    });
    socket.on('error', () => socket.terminate());
    socket.on('message', () => socket.close(policyViolation, 'nobody listens here'));
  };

  const upgrade = async (request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> => {
    if (request.url?.split('?', 1)[0] !== '/live') return refuseUpgrade(connection, nothingHere);
    const admitted = await auth.admitSocket(request);
    if (!admitted.isAdmitted) return refuseUpgrade(connection, admitted.response);
    feed.handleUpgrade(request, connection, head, (socket) => tellReports(socket, admitted));
  };

  server.on('upgrade', (request, connection, head) => {
    // A bug, which `onError` was told of.
    upgrade(request, connection, head).catch(() => connection.destroy());
  });

  return {
    close() {
      feed.close();
      for (const socket of feed.clients) {
        socket.close(goingAway, 'the server ends');
        setTimeout(() => socket.terminate(), goodbyeMs).unref();
      }
    },
  };
}
