import { connect } from 'node:net';

/**
 * Sends `count` requests over `connections` connections that stay open, each waiting for its answer.
 *
 * @throws when an answer is not 200: a guard that refuses is fast, and says nothing.
 */
export async function sendRequests(
  port: number,
  headers: string,
  count: number,
  connections = 8,
): Promise<void> {
  const request = `GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
  let left = count;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      try {
        for await (const _answer of answers(socket)) {
          if (left-- <= 0) break;
          socket.write(request);
        }
      } finally {
        socket.destroy();
      }
    }),
  );
}

/** Yields once at the start and then after each whole answer. All answers of a server are equally long. */
async function* answers(socket: ReturnType<typeof connect>): AsyncGenerator<void> {
  yield;
  let received = '';
  let lengthBytes: number | null = null;
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1');
    lengthBytes ??= findLength(received);
    if (lengthBytes === null || received.length < lengthBytes) continue;
    received = received.slice(lengthBytes);
    yield;
  }
}

function findLength(received: string): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  if (!received.startsWith('HTTP/1.1 200')) throw new Error(`refused: ${received.split('\r\n')[0]}`);
  const bodyLength = Number(/content-length: (\d+)/i.exec(received)?.[1]);
  return headEnd + 4 + bodyLength;
}
