import serveStatic from '@fastify/static';
import {
  type EmployeeSystem,
  forPages,
  type Problem,
  pagesFolder,
  payroll,
  problemOf,
  problems,
  problemType,
  publicFolder,
  readReportTitle,
} from '@tessera-auth/example-shared';
import { mount, protect } from '@tessera-auth/fastify';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';

/** The employee system on Fastify: what Tessera brings, what this app adds, and who may do what. */
export function createApp({ auth, reports, inbox, publicUrl }: EmployeeSystem): FastifyInstance {
  const app = Fastify();
  // What comes by plain http has been heard on its way.
  if (publicUrl.startsWith('https:')) app.addHook('onRequest', protect(auth.requireHttps()));
  // Nothing but our own scripts and styles runs, and nobody frames us.
  app.addHook('onRequest', protect(auth.securityHeaders()));

  // Sign in, sign out, who am I, my sessions, change the password, …
  app.register(mount(auth.routes));

  app.register(createApi({ auth, reports }), { prefix: '/api' });

  app.register(serveStatic, { root: publicFolder, extensions: ['html'] });
  if (inbox !== null) {
    app.get('/dev/inbox.json', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { mails: await inbox.list() };
    });
    app.get('/dev/inbox', (_request, reply) =>
      reply.header('cache-control', 'no-store').sendFile('inbox.html', pagesFolder, { cacheControl: false }),
    );
  }
  app.get(
    '/boss',
    { onRequest: protect(forPages(auth.requirePermission('payroll:read'))) },
    (_request, reply) =>
      reply.header('cache-control', 'no-store').sendFile('boss.html', pagesFolder, { cacheControl: false }),
  );

  app.get('/people', { onRequest: protect(forPages(auth.requireRole('boss'))) }, (_request, reply) =>
    reply.header('cache-control', 'no-store').sendFile('people.html', pagesFolder, { cacheControl: false }),
  );

  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problems.notFound));
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, problemOf(error)));
  return app;
}

/** What signed-in people may see and do, each as the policy decides. */
function createApi({ auth, reports }: Pick<EmployeeSystem, 'auth' | 'reports'>): FastifyPluginAsync {
  return async (api) => {
    // A handler that forgets to decide answers 500.
    api.addHook('onRequest', protect(auth.requireDecision()));

    api.get('/reports', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return { reports: reports.list(request.auth) };
    });

    api.post(
      '/reports',
      {
        bodyLimit: 4096,
        onRequest: protect(
          auth.requirePermission('reports:write', (_request, author) => reports.draft(author)),
        ),
      },
      async (request, reply) => {
        const title = readReportTitle(request.body);
        if (title === null) return sendProblem(reply, problems.titleInvalid);
        reply.code(201);
        return { report: reports.write(request.auth, title) };
      },
    );

    const mayApprove = auth.requirePermission('reports:approve', (request: FastifyRequest) =>
      reports.find((request.params as { readonly id: string }).id),
    );
    api.post<{ Params: { id: string } }>(
      '/reports/:id/approve',
      { onRequest: protect(mayApprove) },
      async (request, reply) => {
        const report = reports.approve(request.auth, request.params.id);
        return report === null ? sendProblem(reply, problems.reportNotFound) : { report };
      },
    );

    api.get(
      '/payroll',
      { onRequest: protect(auth.requirePermission('payroll:read')) },
      async (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { payroll };
      },
    );
  };
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}
