import assert from 'node:assert/strict';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';

/** A request as a case writes it. */
export interface TestRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** Sent as it stands: nothing is normalized. */
  readonly path: string;
  /** An array sends the header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent with its length; an array is sent chunked. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
  /** Default: a connection of its own. */
  readonly agent?: Agent;
}

/** What came back. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The `Set-Cookie` values, in order. */
  readonly cookies: readonly string[];
  readonly text: string;
  /** The text as JSON. What is in it is for the case to check. */
  // biome-ignore lint/suspicious/noExplicitAny: every case asserts what it reads.
  json(): any;
  /** Whether it came over a connection that had been used before. */
  readonly isReused: boolean;
}

/** Talks to one app, and never tidies up what it sends. */
export interface TestClient {
  /** The answer to a request. */
  send(request: TestRequest): Promise<TestAnswer>;
  /** Sends the head and a part of the body of a POST, and leaves the rest open. */
  begin(request: TestRequest & { readonly body: string | Buffer }): StartedRequest;
  /** Sends these bytes as they are, and gives all that came back until the app closed the connection. */
  sendRaw(text: string): Promise<string>;
  /** Closes the app: after that, nothing is being answered any more. */
  close(): Promise<void>;
}

/** A request whose body is not complete. */
export interface StartedRequest {
  readonly answer: Promise<TestAnswer>;
  /** Goes away, as a closed laptop does. Resolves when the connection is gone. */
  abort(): Promise<void>;
}

/** A connection that is kept and used for one request after the other. */
export function createKeptConnection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

/** A client of the app on a port of the loopback interface. */
export function createTestClient(port: number, close: () => Promise<void>): TestClient {
  const open = ({ method = 'GET', path, headers = {}, agent }: TestRequest): ClientRequest =>
    request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: agent ?? false,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, toMutable(value)])),
    });

  return {
    close,

    send(given) {
      const outgoing = open(given);
      const { body } = given;
      if (typeof body === 'string' || Buffer.isBuffer(body)) {
        outgoing.setHeader('content-length', Buffer.byteLength(body));
        outgoing.end(body);
      } else {
        if (body !== undefined) outgoing.setHeader('transfer-encoding', 'chunked');
        for (const chunk of body ?? []) outgoing.write(chunk);
        outgoing.end();
      }
      return readAnswer(outgoing);
    },

    begin(given) {
      const outgoing = open({ method: 'POST', ...given });
      const answer = readAnswer(outgoing);
      outgoing.write(given.body);
      return {
        answer,
        abort: () =>
          new Promise((resolve) => {
            answer.catch(() => {});
            outgoing.once('close', resolve);
            outgoing.destroy();
          }),
      };
    },

    sendRaw: (text) =>
      new Promise((resolve, reject) => {
        let received = '';
        const socket = connect(port, '127.0.0.1');
        socket.setEncoding('latin1');
        socket.on('data', (part) => {
          received += part;
        });
        socket.once('close', () => resolve(received));
        socket.once('error', reject);
        socket.write(text, 'latin1');
      }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return assert.fail(`not JSON: ${text.slice(0, 200)}`);
  }
}

function toMutable(value: string | readonly string[]): string | string[] {
  return typeof value === 'string' ? value : [...value];
}

function readAnswer(outgoing: ClientRequest): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          cookies: incoming.headers['set-cookie'] ?? [],
          text,
          json: () => parseJson(text),
          isReused: outgoing.reusedSocket,
        });
      });
    });
  });
}
