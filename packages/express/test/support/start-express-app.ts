import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { BindingSetup, PageKind, StartedServer } from '@tessera-auth/core/testing';
import * as binding from '@tessera-auth/express';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';

const identity: RequestHandler = ({ auth }, res) => {
  res.json({ userId: auth.userId, sessionId: auth.sessionId, canReport: auth.can('reports:read') });
};

const pages: Readonly<Record<PageKind, RequestHandler>> = {
  identity,
  required: ({ auth }, res) => {
    auth.require('accounts:create');
    res.status(204).end();
  },
  open: (req, res) => {
    res.json({ auth: 'auth' in req, nonce: req.cspNonce ?? null });
  },
  echo: (req, res) => {
    res.json({ body: req.body ?? null });
  },
  cookie: (_req, res) => {
    res.append('set-cookie', 'page=1').json({});
  },
  overwritten: (_req, res) => {
    res.set('set-cookie', 'page=1').json({});
  },
  cached: (req, res, next) => {
    res.set('cache-control', 'public, max-age=60');
    identity(req, res, next);
  },
  stream: (_req, res) => {
    Readable.from(['stre', 'amed']).pipe(res.type('text'));
  },
  redirect: (_req, res) => {
    res.redirect('/elsewhere');
  },
  empty: (_req, res) => {
    res.status(204).end();
  },
  broken: async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('page broke');
  },
  raw: (_req, res) => {
    res.writeHead(200, { 'set-cookie': 'page=1' }).end('raw');
  },
};

const parsers = [
  express.json(),
  express.urlencoded(),
  express.text(),
  express.raw({ type: ['application/octet-stream', 'multipart/form-data'] }),
];

// Express knows an error handler by its four parameters.
const answerError: ErrorRequestHandler = (
  error: { status?: number; statusCode?: number },
  _req,
  res,
  _next,
) => {
  res
    .status(error.status ?? error.statusCode ?? 500)
    .json({ caught: error instanceof Error ? error.message : null });
};

/** The verbs of a binding to Express. */
export interface ExpressBinding {
  readonly protect: typeof binding.protect;
  readonly mount: typeof binding.mount;
  readonly answerRefusals: typeof binding.answerRefusals;
}

/** The app that the conformance suite asks for, with this binding or, to test the suite, with a broken one. */
export function startExpressApp(
  setup: BindingSetup,
  { mount, protect, answerRefusals }: ExpressBinding = binding,
): Promise<StartedServer> {
  const app = express();
  app.use((_req, res, next) => {
    res.append('set-cookie', 'app=1');
    next();
  });
  for (const guard of setup.everywhere) app.use(protect(guard));
  if (setup.parsers === 'before') app.use(parsers);
  for (const { prefix, routes } of setup.mounts) {
    if (prefix === '') app.use(mount(routes));
    else app.use(prefix, Router().use(mount(routes)));
  }
  if (setup.parsers === 'after') app.use(parsers);
  for (const { method, path, kind, guard, area } of setup.pages) {
    const guards = [area, guard].filter((one) => one !== undefined).map((one) => protect(one));
    app[method === 'GET' ? 'get' : 'post'](path, ...guards, pages[kind]);
  }
  app.use((_req, res) => {
    res.status(404).type('text').send('nothing here');
  });
  app.use(answerRefusals, answerError);
  return listen(app);
}

/** Serves the app on a free port. */
export async function listen(app: Express): Promise<StartedServer> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
