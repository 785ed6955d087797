import type { HttpResponse } from '@tessera-auth/core/http';
import type { FastifyReply, RawServerBase, RouteGenericInterface } from 'fastify';

/** A reply on servers of every protocol. */
export type AnyReply = FastifyReply<RouteGenericInterface, RawServerBase>;

/** Writes a finished answer as it stands: bytes, since the app's serializers would have their way with a string. */
export function sendResponse(reply: AnyReply, { status, headers, cookies, body }: HttpResponse): void {
  reply.code(status).headers(headers);
  // Fastify appends these to what the app has set.
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  reply.send(body === null ? undefined : Buffer.from(body));
}
