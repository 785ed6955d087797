import { finished, type Readable } from 'node:stream';
import { maxBodyBytes } from '../answer-route.js';

/**
 * The body of a request as it came, for bindings whose framework has not parsed it. Empty when there is none, or when
 * somebody has read the stream already.
 *
 * Never more than {@link maxBodyBytes} plus one byte are kept, which is what core needs to see that a body is too large.
 * The rest is discarded as it arrives, so that the answer reaches a client that is still sending and the connection
 * can be used again.
 *
 * @throws an `Error` with `statusCode` 400 when the client goes away in the middle: what came until then is not what it
 * meant to say (RFC 9112 §8).
 */
export function readRawBody(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let lengthBytes = 0;

    const complete = (): void => {
      stream.off('data', keep);
      resolve(Buffer.concat(chunks, Math.min(lengthBytes, maxBodyBytes + 1)));
    };
    const keep = (chunk: Buffer | string): void => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      chunks.push(bytes);
      lengthBytes += bytes.length;
      if (lengthBytes > maxBodyBytes) complete();
    };

    // Stays attached: a stream that breaks while its rest is being discarded must not take the process down.
    finished(stream, { writable: false }, (cause) => {
      if (cause)
        reject(
          Object.assign(new Error('The body ended before it was complete.', { cause }), { statusCode: 400 }),
        );
      else complete();
    });
    stream.on('data', keep);
    // A listener alone does not start a stream that the host has paused.
    stream.resume();
  });
}
