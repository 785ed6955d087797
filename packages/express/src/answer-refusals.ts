import { findRefusal } from '@tessera-auth/core/http';
import type { ErrorRequestHandler } from 'express';
import { sendResponse } from './send-response.js';

/**
 * An error handler that answers what `req.auth.require` has thrown, as a guard would: `app.use(answerRefusals)`, after the routes and
 * before error handlers of your own. All other errors go on to those.
 *
 * Without it such a refusal is an error like others, with `statusCode` 403.
 */
// Express knows an error handler by its four parameters.
export const answerRefusals: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const response = findRefusal(error);
  if (response === null || res.headersSent) next(error);
  else sendResponse(res, response);
};
