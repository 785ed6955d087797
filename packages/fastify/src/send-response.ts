import type { HttpResponse } from '@tessera-auth/core/http';
import type { FastifyReply } from 'fastify';

/** Writes a finished answer as it stands: bytes, since the app's serializers would have their way with a string. */
export function sendResponse(
  reply: FastifyReply,
  { status, headers, cookies, body }: HttpResponse,
): FastifyReply {
  reply.code(status).headers(headers);
  // Fastify appends these to what the app has set.
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.send(body === null ? undefined : Buffer.from(body));
}
