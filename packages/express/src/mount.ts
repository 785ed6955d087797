import { createRouter, type Route, readRawBody } from '@tessera-auth/core/http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { sendResponse } from './send-response.js';

/**
 * A handler that answers the routes: `app.use(mount(auth.routes))`, in the app or in a router, also under a prefix.
 *
 * Body parsers may stand before or after it, or be missing. A path of the table belongs to the table with all its
 * methods; every other request goes on to the app untouched. Paths are compared as the client sent them: not decoded,
 * not folded.
 *
 * @param routes the table, such as `auth.routes`, or a selection of it.
 * @throws `TypeError` when two routes have the same method and path.
 */
export function mount(routes: readonly Route[]): RequestHandler {
  const router = createRouter(routes);

  const answer = async (path: string, req: Request, res: Response, next: NextFunction): Promise<void> => {
    // GET and HEAD have no body that means anything (RFC 9110 §9.3.1).
    if (req.body === undefined && req.method !== 'GET' && req.method !== 'HEAD')
      req.body = await readRawBody(req);
    const response = await router.answer(path, req);
    if (response === null) next();
    else sendResponse(res, response);
  };

  return (req, res, next) => {
    // Express repairs odd targets before it reads the path: `\` becomes `/`, blanks and fragments go.
    const isLiteral = req.url.split('?', 1)[0]?.endsWith(req.path) === true;
    return isLiteral && router.hasPath(req.path) ? answer(req.path, req, res, next) : next();
  };
}
