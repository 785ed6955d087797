import { STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpResponse } from '../response.js';

/**
 * Sends an answer in the place of an upgrade, on the connection that Node hands to `upgrade`, and closes it.
 *
 * @throws `TypeError` for a header that Node would not send either.
 */
export function refuseUpgrade(socket: Duplex, { status, headers, cookies, body }: HttpResponse): void {
  const lines: (readonly [string, string])[] = [
    ...Object.entries(headers),
    ...cookies.map((cookie) => ['set-cookie', cookie] as const),
    ['content-length', String(Buffer.byteLength(body ?? ''))],
    ['connection', 'close'],
  ];
  for (const [name, value] of lines) validateHeaderValue(name, value);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  // The client may be gone by now.
  socket.on('error', () => {});
  // One that does not close its side would keep the connection open.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
}
