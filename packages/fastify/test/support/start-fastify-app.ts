import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { BindingSetup, PageKind, StartedServer } from '@tessera-auth/core/testing';
import { answerRefusals, mount, protect } from '@tessera-auth/fastify';
import { type FastifyInstance, fastify, type RouteHandlerMethod } from 'fastify';

const identity: RouteHandlerMethod = async ({ auth }) => ({
  userId: auth.userId,
  sessionId: auth.sessionId,
  canReport: auth.can('reports:read'),
});

const pages: Readonly<Record<PageKind, RouteHandlerMethod>> = {
  identity,
  required({ auth }, reply) {
    auth.require('accounts:create');
    return reply.code(204).send();
  },
  open: async (request) => ({ auth: 'auth' in request, nonce: request.cspNonce ?? null }),
  echo: async ({ body }) => ({ body: body ?? null }),
  cookie: (_request, reply) => reply.header('set-cookie', 'page=1').send({}),
  overwritten: (_request, reply) => reply.removeHeader('set-cookie').header('set-cookie', 'page=1').send({}),
  cached(request, reply) {
    reply.header('cache-control', 'public, max-age=60');
    return identity.call(this, request, reply);
  },
  stream: (_request, reply) => reply.type('text/plain').send(Readable.from(['stre', 'amed'])),
  redirect: (_request, reply) => reply.redirect('/elsewhere'),
  empty: (_request, reply) => reply.code(204).send(),
  async broken() {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('page broke');
  },
  raw(_request, reply) {
    reply.hijack();
    reply.raw.writeHead(200, { 'set-cookie': 'page=1' }).end('raw');
  },
};

function addParsers(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The app that the conformance suite asks for. */
export async function startFastifyApp(setup: BindingSetup): Promise<StartedServer> {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('set-cookie', 'app=1');
    done();
  });
  for (const guard of setup.everywhere) app.addHook('onRequest', protect(guard));
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('nothing here'));
  app.setErrorHandler<{ statusCode?: number; message: string }>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ caught: error.message }),
  );
  if (setup.parsers === 'before') addParsers(app);
  for (const { prefix, routes } of setup.mounts) {
    if (prefix === '') app.register(mount(routes));
    else app.register(async (nested) => nested.register(mount(routes)), { prefix });
  }
  if (setup.parsers === 'after') addParsers(app);
  app.register(async (nested) => {
    nested.setErrorHandler(answerRefusals);
    for (const { method, path, kind, guard, area } of setup.pages) {
      const guards = [area, guard].filter((one) => one !== undefined).map((one) => protect(one));
      nested.route({ method, url: path, onRequest: guards, handler: pages[kind] });
    }
  });
  return listen(app);
}

/** Serves the app on a free port. */
export async function listen(app: FastifyInstance): Promise<StartedServer> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}
