import type { IncomingMessage } from 'node:http';
import { createRouter, type Route, readRawBody } from '@tessera-auth/core/http';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { sendResponse } from './send-response.js';

/**
 * A plugin that answers the routes: `app.register(mount(auth.routes))`, also with a `prefix` and in other plugins.
 *
 * It reads bodies by itself: the app's parsers and limits do not change it, and it changes none of theirs. A path of
 * the table belongs to the table with all its methods. Paths are compared as the client sent them: what Fastify
 * decodes or folds into a path of the table is the app's "not found". How long a client may take over a body is up to
 * the server: Fastify sets no limit unless `requestTimeout` is given.
 *
 * @param routes the table, such as `auth.routes`, or a selection of it.
 * @throws `TypeError` when two routes have the same method and path.
 */
export function mount(routes: readonly Route[]): FastifyPluginAsync {
  const { paths } = createRouter(routes);

  return async (app) => {
    const prefix = app.prefix.replace(/\/$/, '');
    const router = createRouter(routes.map((route) => ({ ...route, path: prefix + route.path })));

    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const [path = ''] = request.url.split('?');
      const response = await router.answer(path, request);
      if (response === null) reply.callNotFound();
      else sendResponse(reply, response);
      return reply;
    };

    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
      readRawBody(payload),
    );
    app.setErrorHandler<{ code?: string }>(async (error, request, reply) => {
      if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
      // Fastify has refused a media type before it asked the parser: how that is said is the table's business too.
      request.body = await readRawBody(request.raw);
      return answer(request, reply);
    });

    for (const path of paths) {
      app.route({ method: app.supportedMethods, url: path, exposeHeadRoute: false, handler: answer });
    }
  };
}
