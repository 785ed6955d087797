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
import { mount, protect } from '@tessera-auth/express';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';

/** The employee system on Express: what Tessera brings, what this app adds, and who may do what. */
export function createApp({ auth, reports, inbox, publicUrl }: EmployeeSystem): Express {
  const app = express();
  app.disable('x-powered-by');
  // What comes by plain http has been heard on its way.
  if (publicUrl.startsWith('https:')) app.use(protect(auth.requireHttps()));
  // Nothing but our own scripts and styles runs, and nobody frames us.
  app.use(protect(auth.securityHeaders()));

  // Sign in, sign out, who am I, my sessions, change the password, …
  app.use(mount(auth.routes));

  // For people who are signed in, and for handlers that decide what each may see: who forgets it answers 500.
  app.use('/api', protect(auth.requireDecision()));

  app.get('/api/reports', (req, res) => {
    res.set('cache-control', 'no-store').json({ reports: reports.list(req.auth) });
  });

  app.post(
    '/api/reports',
    protect(auth.requirePermission('reports:write', (_req, author) => reports.draft(author))),
    express.json({ limit: '4kb' }),
    (req, res) => {
      const title = readReportTitle(req.body);
      if (title === null) return sendProblem(res, problems.titleInvalid);
      res.status(201).json({ report: reports.write(req.auth, title) });
    },
  );

  const mayApprove = auth.requirePermission('reports:approve', (req: Request) =>
    reports.find(String(req.params.id)),
  );
  app.post('/api/reports/:id/approve', protect(mayApprove), (req, res) => {
    const report = reports.approve(req.auth, String(req.params.id));
    if (report === null) return sendProblem(res, problems.reportNotFound);
    res.json({ report });
  });

  app.get('/api/payroll', protect(auth.requirePermission('payroll:read')), (_req, res) => {
    res.set('cache-control', 'no-store').json({ payroll });
  });

  app.get('/boss', protect(forPages(auth.requirePermission('payroll:read'))), (_req, res) => {
    res.set('cache-control', 'no-store').sendFile('boss.html', { root: pagesFolder, cacheControl: false });
  });

  app.get('/people', protect(forPages(auth.requireRole('boss'))), (_req, res) => {
    res.set('cache-control', 'no-store').sendFile('people.html', { root: pagesFolder, cacheControl: false });
  });

  if (inbox !== null) {
    app.get('/dev/inbox.json', async (_req, res) => {
      res.set('cache-control', 'no-store').json({ mails: await inbox.list() });
    });
    app.get('/dev/inbox', (_req, res) => {
      res.set('cache-control', 'no-store').sendFile('inbox.html', { root: pagesFolder, cacheControl: false });
    });
  }

  app.use(express.static(publicFolder, { extensions: ['html'] }));
  app.use((_req, res) => sendProblem(res, problems.notFound));
  app.use(((error, _req, res, next) => {
    if (res.headersSent) next(error);
    else sendProblem(res, problemOf(error));
  }) satisfies ErrorRequestHandler);
  return app;
}

function sendProblem(res: Response, problem: Problem): void {
  res.status(problem.status).set('content-type', problemType).send(JSON.stringify(problem));
}
