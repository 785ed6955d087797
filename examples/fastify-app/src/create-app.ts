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
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

/** The employee system on Fastify: what Tessera brings, what this app adds, and who may do what. */
export function createApp({ auth, reports, inbox }: EmployeeSystem): FastifyInstance {
  const app = Fastify();
  // Nothing but our own scripts and styles runs, and nobody frames us.
  app.addHook('onRequest', protect(auth.securityHeaders()));

  // Sign in, sign out, who am I, my sessions, change the password, …
  app.register(mount(auth.routes));

  app.get('/api/reports', { onRequest: protect(auth.signedIn()) }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return { reports: reports.list(request.auth) };
  });

  app.post(
    '/api/reports',
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
  app.post<{ Params: { id: string } }>(
    '/api/reports/:id/approve',
    { onRequest: protect(mayApprove) },
    async (request, reply) => {
      const report = reports.approve(request.auth, request.params.id);
      return report === null ? sendProblem(reply, problems.reportNotFound) : { report };
    },
  );

  app.get(
    '/api/payroll',
    { onRequest: protect(auth.requirePermission('payroll:read')) },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { payroll };
    },
  );

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

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}
