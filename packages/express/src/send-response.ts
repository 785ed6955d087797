import type { ServerResponse } from 'node:http';
import type { HttpResponse } from '@tessera-auth/core/http';

/** Writes a finished answer as it stands; Express would add an `ETag` and rewrite the media type. */
export function sendResponse(res: ServerResponse, { status, headers, cookies, body }: HttpResponse): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  // The app may have set cookies of its own.
  if (cookies.length > 0) res.appendHeader('set-cookie', cookies);
  res.end(body);
}
