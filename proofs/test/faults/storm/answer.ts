import { publicUrl } from './storm-node.js';

/** What a node answered, and when by the clock of this process. */
export interface Answer {
  /** The number of the node. */
  readonly node: number;
  readonly status: number;
  /** Of a problem. */
  readonly code: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows what it is.
  readonly body: any;
  readonly contentType: string;
  readonly retryAfter: string | null;
  /** By name; empty for one that the browser shall forget. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** What is asked. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks a node. */
export async function ask(node: number, url: string, question: Question): Promise<Answer> {
  const { method, path, headers = {}, body } = question;
  const askedAtMs = performance.now();
  const response = await fetch(url + path, {
    method,
    headers: {
      origin: publicUrl,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  const parsed = contentType.includes('json') ? JSON.parse(text) : text;
  return {
    ...{
      node,
      askedAtMs,
      answeredAtMs: performance.now(),
      status: response.status,
      body: parsed,
      contentType,
    },
    code: contentType.startsWith('application/problem+json') ? parsed.code : null,
    retryAfter: response.headers.get('retry-after'),
    cookies: new Map(response.headers.getSetCookie().map(readCookie)),
  };
}

function readCookie(line: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  return [name, value];
}
