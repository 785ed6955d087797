import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { keepReviewedHeader } from './review-answer.js';

/** Puts the headers of an allowed verdict on the app's answer. What the app sets later replaces them. */
export function keepHeaders(
  response: ServerResponse | Http2ServerResponse,
  headers: Readonly<Record<string, string>> | undefined,
): void {
  if (headers === undefined) return;
  for (const [name, value] of Object.entries(headers)) {
    const before = name === 'vary' ? response.getHeader(name) : undefined;
    // An answer may depend on more than one of us knows of.
    const joined = before === undefined ? value : `${String(before)}, ${value}`;
    response.setHeader(name, joined);
    keepReviewedHeader(response, name, joined);
  }
}
