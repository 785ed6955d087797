import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard, HttpRequest, HttpResponse } from '@tessera-auth/core/http';
import { pagesFolder } from './web-page.js';

const forbiddenPage = readFileSync(join(pagesFolder, 'forbidden.html'), 'utf8');

/**
 * The same guard, with refusals for people: whoever is not signed in lands on the sign-in page, and whoever may not see
 * the page gets one that says so. A client that does not ask for HTML gets the problem as it was.
 */
export function forPages(guard: Guard): Guard {
  return async (request) => {
    const verdict = await guard(request);
    if (verdict.isAllowed || !wantsHtml(request)) return verdict;
    return { isAllowed: false, response: toPage(verdict.response) };
  };
}

function wantsHtml({ headers }: HttpRequest): boolean {
  return headers.accept?.includes('text/html') === true;
}

function toPage(response: HttpResponse): HttpResponse {
  const { status, cookies } = response;
  if (status === 401) {
    return { status: 303, headers: { location: '/', 'cache-control': 'no-store' }, cookies, body: null };
  }
  if (status === 403) {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
    return { status, headers, cookies, body: forbiddenPage };
  }
  return response;
}
