import { createId } from '../crypto/random.js';
import { findHeader, type HttpRequest } from './request.js';

/** The id of a request: the same one each time it is asked for. */
export type RequestIdOf = (request: HttpRequest) => string;

/** No blank, quote or line break that could make up a line of a log, and not longer than an id needs to be. */
const wellFormed = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Gives requests their ids, random and unknown to the client, when first asked for.
 *
 * @param isFromProxy whose `X-Request-Id` is taken where it is well-formed. From anybody else it would be a way to put words in
 * the log, or to hide among the entries of another request.
 */
export function createRequestIds(isFromProxy: (request: HttpRequest) => boolean): RequestIdOf {
  const ids = new WeakMap<HttpRequest, string>();
  return (request) => {
    const known = ids.get(request);
    if (known !== undefined) return known;
    const given = isFromProxy(request) ? findHeader(request, 'x-request-id') : null;
    const id = given !== null && wellFormed.test(given) ? given : createId();
    ids.set(request, id);
    return id;
  };
}
