import {
  type Allowed,
  createRouter,
  type HttpResponse,
  keepCookies,
  readRawBody,
  reviewAnswer,
  type Verdict,
} from '@tessera-auth/core/http';
import * as binding from '@tessera-auth/express';
import type { RequestHandler, Response } from 'express';
import type { ExpressBinding } from './start-express-app.js';

/** A binding that does one thing wrong, and the case that must notice. */
export interface BindingDefect {
  readonly name: string;
  /** Chapter and case, as `chapter > case`. */
  readonly noticedBy: string;
  readonly binding: ExpressBinding;
}

type Protect = ExpressBinding['protect'];
type Mount = ExpressBinding['mount'];

const protectDefect = (name: string, noticedBy: string, protect: Protect): BindingDefect => ({
  name,
  noticedBy,
  binding: { ...binding, protect },
});
const mountDefect = (name: string, noticedBy: string, mount: Mount): BindingDefect => ({
  name,
  noticedBy,
  binding: { ...binding, mount },
});

/** What a careful author writes, with the parts to go wrong handed in. */
function mountWith(parts: {
  readonly pathOf?: (path: string) => string;
  readonly readBody?: (...request: Parameters<RequestHandler>) => Promise<unknown>;
  readonly write?: (res: Response, response: HttpResponse) => void;
  readonly onError?: (res: Response) => void;
  readonly onNoPath?: (res: Response) => void;
}): Mount {
  return (routes) => {
    const router = createRouter(routes);
    return async (req, res, next) => {
      const path = (parts.pathOf ?? String)(req.path);
      if (!router.hasPath(path)) return parts.onNoPath === undefined ? next() : parts.onNoPath(res);
      try {
        if (parts.readBody !== undefined) req.body = await parts.readBody(req, res, next);
        else req.body ??= await readRawBody(req);
        const response = await router.answer(path, req);
        if (response !== null) (parts.write ?? write)(res, response);
      } catch (error) {
        if (parts.onError === undefined) throw error;
        parts.onError(res);
      }
    };
  };
}

/** The binding, with another verdict than the guard's. */
function withVerdict(change: (verdict: Allowed, ...request: Parameters<RequestHandler>) => Verdict): Protect {
  return (guard) => (req, res, next) =>
    binding.protect(async (request) => {
      const verdict = await guard(request);
      return verdict.isAllowed ? change(verdict, req, res, next) : verdict;
    })(req, res, next);
}

function write(res: Response, { status, headers, cookies, body }: HttpResponse): void {
  res.status(status).set(headers);
  res.appendHeader('set-cookie', cookies);
  res.end(body);
}

async function readAll(req: Parameters<RequestHandler>[0]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Everything that is easy to get wrong in a binding. */
export const bindingDefects: readonly BindingDefect[] = [
  protectDefect(
    'runs the page although the guard refuses',
    'guards > a guard that refuses at once answers itself, as it stands, and the page does not run',
    () => (_req, _res, next) => next(),
  ),
  protectDefect(
    'does not wait for a guard that answers later',
    'guards > a guard that refuses later answers itself, as it stands, and the page does not run',
    (guard) => (req, res, next) => {
      const verdict = guard(req);
      return verdict instanceof Promise ? next() : binding.protect(() => verdict)(req, res, next);
    },
  ),
  protectDefect(
    'takes an error that is undefined for permission',
    "guards > the error of a guard that rejects with undefined reaches the app's error handler, and the page does not run",
    (guard) => (req, res, next) => {
      Promise.resolve(req)
        .then(guard)
        .then((verdict) => binding.protect(() => verdict)(req, res, next))
        .catch(next);
    },
  ),
  protectDefect(
    'loses the headers of a guard',
    'guards > a guard\'s headers are on an answer of kind "stream"',
    (guard) => binding.protect(async (request) => ({ ...(await guard(request)), headers: {} })),
  ),
  protectDefect(
    'loses the nonce of a guard',
    'guards > a guard that asks nobody, at once, puts its nonce on the request and no identity',
    (guard) => (req, res, next) =>
      binding.protect(guard)(req, res, (error) => {
        delete req.cspNonce;
        next(error);
      }),
  ),
  protectDefect(
    'puts an identity on the request that nobody has asked for',
    'guards > a guard that asks nobody, at once, puts its nonce on the request and no identity',
    (guard) => (req, res, next) =>
      binding.protect(guard)(req, res, (error) => {
        req.auth ??= null as never;
        next(error);
      }),
  ),
  protectDefect(
    'loses the cookies of a guard',
    'cookies of guards > a guard\'s cookies are on an answer of kind "identity", before the app\'s, and no cache may keep it',
    (guard) => binding.protect(async (request) => ({ ...(await guard(request)), cookies: [] })),
  ),
  ...(['overwritten', 'broken'] as const).map((kind) =>
    protectDefect(
      `sets the cookies of a guard where the app can lose them or a cache keep them: ${kind}`,
      `cookies of guards > a guard's cookies are on an answer of kind "${kind}", before the app's, and no cache may keep it`,
      (guard) => async (req, res, next) => {
        const verdict = await guard(req);
        if (verdict.isAllowed) res.append('set-cookie', [...verdict.cookies]);
        return binding.protect(() => ({ ...verdict, cookies: [] }))(req, res, next);
      },
    ),
  ),
  protectDefect(
    'asks a guard once for all',
    'isolation > 50 users at once never see the identity or cookies of another',
    (guard) => {
      let verdict: ReturnType<typeof guard> | undefined;
      return binding.protect((request) => {
        verdict ??= guard(request);
        return verdict;
      });
    },
  ),
  protectDefect(
    'closes the connection after a refusal',
    'connections > a connection is good for another request after each kind of refusal',
    (guard) => (req, res, next) => {
      res.set('connection', 'close');
      return binding.protect(guard)(req, res, next);
    },
  ),
  protectDefect(
    'marks answers as private that carry no cookie of a guard',
    "cookies of guards > without cookies of a guard the answer is the page's own",
    (guard) => (req, res, next) => {
      keepCookies(res, ['marker=1']);
      return binding.protect(guard)(req, res, next);
    },
  ),
  protectDefect(
    'lets nobody look at the answer',
    'reviews of answers > an answer of kind "open" is replaced whole, and only what guards have set stays',
    withVerdict(({ review: _review, ...verdict }) => verdict),
  ),
  protectDefect(
    'asks a review before the page has run',
    'reviews of answers > a review is told status and route of an answer of kind "empty"',
    withVerdict(({ review, ...verdict }, req, res) => {
      const instead = review?.(res.statusCode, req.path) ?? null;
      return instead === null ? verdict : { isAllowed: false, response: instead };
    }),
  ),
  protectDefect(
    'has an answer reviewed before the headers of its guard are on it',
    'reviews of answers > an answer of kind "stream" is replaced whole, and only what guards have set stays',
    withVerdict(({ review, ...verdict }, _req, res) => {
      reviewAnswer(res, review, { headers: {} });
      return verdict;
    }),
  ),
  ...(['raw', 'stream'] as const).map((kind) =>
    protectDefect(
      `replaces the head of an answer and not its body: ${kind}`,
      `reviews of answers > an answer of kind "${kind}" is replaced whole, and only what guards have set stays`,
      withVerdict(({ review, ...verdict }, _req, res) => {
        const { writeHead } = res;
        res.writeHead = (status: number, ...rest: never[]) =>
          writeHead.call(res, review?.(status, null)?.status ?? status, ...rest);
        return verdict;
      }),
    ),
  ),
  protectDefect(
    'does not know which route answers',
    'areas where handlers decide > an answer that nobody has decided about is withheld, and the app hears which route it was',
    withVerdict(({ review, ...verdict }) => ({
      ...verdict,
      ...(review && { review: (status) => review(status, '/') }),
    })),
  ),
  protectDefect(
    'hands a guard another request than the one before',
    'areas where handlers decide > an answer is sent where a guard has decided, or the handler has asked what the user may',
    (guard) => binding.protect((request) => guard(Object.create(request))),
  ),
  protectDefect(
    'asks nobody about OPTIONS',
    'the guards of the edge > a preflight is answered in front of everything: of a route, of a page and of a path that nobody knows',
    (guard) => (req, res, next) =>
      req.method === 'OPTIONS' ? next() : binding.protect(guard)(req, res, next),
  ),
  protectDefect(
    'believes whatever is said about where a request comes from',
    'the guards of the edge > a page for some networks is open to them, and to nobody who says to come from there',
    (guard) =>
      binding.protect((request) => {
        const remoteAddress = String(request.headers['x-forwarded-for']).split(',')[0];
        return guard({ ...request, headers: request.headers, socket: { remoteAddress, encrypted: true } });
      }),
  ),
  mountDefect(
    'sends only what the route has said',
    'the guards of the edge > a listed origin may read whatever is answered, refusals too, and another one nothing',
    mountWith({
      write(res, response) {
        for (const name of res.getHeaderNames()) res.removeHeader(name);
        write(res, response);
      },
    }),
  ),
  {
    name: 'lets the app answer what a handler was refused',
    noticedBy: 'the real guards > what a handler requires is refused as by a guard, and recorded',
    binding: { ...binding, answerRefusals: (error, _req, _res, next) => next(error) },
  },
  mountDefect(
    'decodes the path before it compares',
    'paths > no other spelling of a path reaches its route',
    mountWith({ pathOf: (path) => unescape(path) }),
  ),
  mountDefect(
    'folds slashes and case before it compares',
    'paths > no other spelling of a path reaches its route',
    mountWith({ pathOf: (path) => path.toLowerCase().replace(/\/+/g, '/') }),
  ),
  mountDefect(
    'keeps paths that are not its own',
    "routes > paths outside the table stay the app's",
    mountWith({ onNoPath: (res) => void res.status(404).json({}) }),
  ),
  mountDefect(
    'keeps bugs to itself',
    "routes > a bug in a route reaches the app's error handler",
    mountWith({ onError: (res) => void res.status(500).end() }),
  ),
  mountDefect(
    "overwrites the app's cookies",
    'routes > cookies of a route stand beside those of the app',
    mountWith({ write: (res, response) => write(res.removeHeader('set-cookie') ?? res, response) }),
  ),
  mountDefect(
    'lets the framework rewrite the answer',
    'routes > the answer of a route is written as it stands',
    mountWith({ write: (res, { status, headers, body }) => void res.status(status).set(headers).send(body) }),
  ),
  mountDefect(
    'reads no body by itself',
    "bodies, with the app's parsers: none > a JSON body arrives, with its length or chunked, also when a character is cut in two",
    mountWith({ readBody: async (req) => req.body }),
  ),
  mountDefect(
    'joins the parts of a body as texts',
    "bodies, with the app's parsers: none > a JSON body arrives, with its length or chunked, also when a character is cut in two",
    mountWith({
      async readBody(req) {
        let text = '';
        for await (const chunk of req) text += String(chunk);
        return text;
      },
    }),
  ),
  mountDefect(
    "does not look at what the app's parsers have read",
    "bodies, with the app's parsers: before > a JSON body arrives, with its length or chunked, also when a character is cut in two",
    mountWith({ readBody: (req) => (req.readableEnded ? Promise.resolve('') : readAll(req)) }),
  ),
  mountDefect(
    'parses bodies itself, without a limit',
    'hostile bodies > a chunked body that is too large is 413',
    mountWith({ readBody: async (req) => JSON.parse((await readAll(req)).toString()) }),
  ),
  mountDefect(
    'takes a body that broke off for a whole one',
    'hostile bodies > a body that breaks off is never taken for a whole one, and the app goes on',
    mountWith({
      async readBody(req) {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => chunks.push(chunk));
        await new Promise((resolve) => req.once('end', resolve).once('error', resolve));
        return Buffer.concat(chunks);
      },
    }),
  ),
];
