import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Review } from '../guard.js';
import type { HttpResponse } from '../response.js';

type HeaderValue = string | number | readonly string[] | undefined;

type Reply = ServerResponse | Http2ServerResponse;

/** What stays of an answer that is replaced. */
interface Kept {
  /** What stood on it before the handler. */
  readonly headers: Record<string, HeaderValue>;
  /** Of guards that came after. */
  readonly cookies: string[];
}

const kept = new WeakMap<Reply, Kept>();

/** Has a header of a guard stay on an answer that is replaced. */
export function keepReviewedHeader(response: Reply, name: string, value: string): void {
  const stays = kept.get(response);
  if (stays !== undefined) stays.headers[name] = value;
}

/** Has cookies of a guard stay on an answer that is replaced. */
export function keepReviewedCookies(response: Reply, cookies: readonly string[]): void {
  kept.get(response)?.cookies.push(...cookies);
}

/** What a binding knows of the answer, besides Node's own. */
export interface ReviewedAnswer {
  /** The headers that stand on it already, names in lower case. Default: those that Node knows of. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** The pattern of the route that answers. Default: nobody knows. */
  readonly findRoute?: () => string | null;
}

/**
 * Has the review of an allowed verdict look at the app's answer, whichever way it is written. What it puts in its place is sent whole,
 * with the headers that stand on the answer by now and the cookies and headers of guards; of the handler's nothing is.
 *
 * Call it after `keepCookies` and `keepHeaders`.
 */
export function reviewAnswer(
  response: Reply,
  review: Review | undefined,
  { headers, findRoute = () => null }: ReviewedAnswer = {},
): void {
  if (review === undefined) return;
  const stays: Kept = {
    headers: { ...(headers ?? response.getHeaders()) },
    cookies: kept.get(response)?.cookies ?? [],
  };
  kept.set(response, stays);

  // It needs these three and the header methods only, which both protocols have.
  const reply = response as unknown as Writable;
  const { writeHead, write, end } = reply;
  let isReplaced = false;
  /** Node's methods call one another: what was looked at already is on its way. */
  let isOnTheWay = false;
  const goOn = <Result>(send: () => Result): Result => {
    isOnTheWay = true;
    try {
      return send();
    } finally {
      isOnTheWay = false;
    }
  };

  const isWithheld = (status: number): boolean => {
    if (isOnTheWay) return false;
    if (isReplaced || reply.headersSent) return isReplaced;
    const instead = review(status, findRoute());
    if (instead === null) return false;
    isReplaced = true;
    setInstead(response, instead, stays);
    goOn(() => {
      writeHead.call(reply, instead.status);
      end.call(reply, instead.body);
    });
    return true;
  };

  reply.writeHead = (status, ...rest) =>
    isWithheld(Number(status)) ? reply : writeHead.call(reply, status, ...rest);
  reply.write = (...given) =>
    isWithheld(reply.statusCode) ? drop(given, true) : goOn(() => write.apply(reply, given));
  reply.end = (...given) =>
    isWithheld(reply.statusCode) ? drop(given, reply) : goOn(() => end.apply(reply, given));
}

/** Node's own methods, which take their arguments in many ways. */
interface Writable {
  readonly headersSent: boolean;
  readonly statusCode: number;
  writeHead(status: unknown, ...rest: unknown[]): unknown;
  write(...given: unknown[]): unknown;
  end(...given: unknown[]): unknown;
}

/** Whoever pipes into it or waits goes on as if it had been sent. */
function drop<Result>(given: readonly unknown[], result: Result): Result {
  const done = given.find((argument) => typeof argument === 'function');
  if (done !== undefined) process.nextTick(done as () => void);
  return result;
}

function setInstead(response: Reply, { status, headers, cookies, body }: HttpResponse, stays: Kept): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const before = [stays.headers['set-cookie'] ?? []].flat().map(String);
  const setCookies = [...stays.cookies, ...before, ...cookies];
  const all: Kept['headers'] = {
    ...stays.headers,
    ...headers,
    'set-cookie': setCookies.length > 0 ? setCookies : undefined,
    'content-length': Buffer.byteLength(body ?? ''),
  };
  for (const [name, value] of Object.entries(all))
    if (value !== undefined) response.setHeader(name, value as string | string[]);
  response.statusCode = status;
  // The handler's words for its own status. HTTP/2 has none, and warns of whoever asks.
  if (Object.hasOwn(response, 'statusMessage')) response.statusMessage = '';
}
