import { z } from 'zod';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { AuthError } from '../../errors.js';
import type { AuditCursor, AuditPage, AuditReading } from '../../flows/index.js';
import { defineAdminRoute } from '../admin-route.js';
import { writeCsv } from '../csv.js';
import type { HttpContext } from '../http-context.js';
import { type HttpResponse, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewAuditEntry } from '../views.js';

const querySchema = z.strictObject({
  userId: z.string().min(1).max(255).optional(),
  type: z.string().min(1).max(64).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  format: z.enum(['json', 'csv']).optional(),
});

type Filters = Omit<z.infer<typeof querySchema>, 'cursor' | 'limit' | 'format'>;

/** `GET /admin/audit` and `GET /admin/audit/verify`; both are recorded in the log themselves. */
export function createAdminAuditRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    defineAdminRoute(http, {
      method: 'GET',
      path,
      permission: 'auth:audit:read',
      summary:
        'What happened in the tenant, oldest first: when, who, from where and how it ended; as JSON or CSV',
      query: querySchema,
      answers: {
        200: 'A page of entries; `next`, or in CSV the `Link` header, leads to the following one',
        422: 'The cursor is not one of ours, or a filter has the wrong form',
      },
      async handle({ http, query: { format = 'json', cursor, limit = 100, ...filters } }, { identity }) {
        const page = await http.auth.readAuditLog({
          reader: identity,
          act: format === 'csv' ? 'export' : 'list',
          query: readFilters(filters),
          limit,
          after: cursor === undefined ? null : readCursor(cursor),
        });
        if (format === 'json') return respondPage(page);
        return respondTable(page, path, { format, limit: String(limit), ...filters });
      },
    }),

    defineAdminRoute(http, {
      method: 'GET',
      path: `${path}/verify`,
      permission: 'auth:audit:read',
      summary: 'Whether anybody changed the log of the tenant; reads all of it',
      answers: { 200: 'What was found, and the first entry that does not hold' },
      async handle({ http }, { identity }) {
        const { intact, checked, firstBroken } = await http.auth.verifyAuditLog(identity);
        return respondJson(200, { intact, checked, ...(firstBroken !== null && { firstBroken }) });
      },
    }),
  ];
}

function readFilters({ userId, type, from, to }: Filters): AuditReading['query'] {
  return {
    ...(userId !== undefined && { userId }),
    ...(type !== undefined && { type }),
    ...(from !== undefined && { from: new Date(from) }),
    ...(to !== undefined && { to: new Date(to) }),
  };
}

function respondPage({ entries, next }: AuditPage): HttpResponse {
  return respondJson(200, {
    entries: entries.map(viewAuditEntry),
    next: next === null ? null : writeCursor(next),
  });
}

const columns = [
  ...['seq', 'id', 'at', 'type', 'outcome', 'userId', 'userPseudonym', 'actorId', 'actorPseudonym'],
  ...['ip', 'userAgent', 'details', 'previousHash', 'hash'],
] as const satisfies readonly (keyof ReturnType<typeof viewAuditEntry>)[];

/** The page as a file; a link leads to the next one with all that was asked for (RFC 8288). */
function respondTable(
  { entries, next }: AuditPage,
  path: string,
  asked: Readonly<Record<string, string | undefined>>,
): HttpResponse {
  const rows = entries.map(viewAuditEntry).map((entry) => columns.map((name) => textOf(entry[name])));
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="audit.csv"',
      ...(next !== null && {
        link: `<${linkTo(path, { ...asked, cursor: writeCursor(next) })}>; rel="next"`,
      }),
    },
    cookies: [],
    body: writeCsv([columns, ...rows]),
  };
}

function textOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function linkTo(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${path}?${new URLSearchParams(given).toString()}`;
}

// The cursor names a place in the log of the caller's tenant and nothing else, so it needs no protection.
function writeCursor({ afterSeq, untilSeq }: AuditCursor): string {
  return Buffer.from(`${afterSeq}.${untilSeq}`).toString('base64url');
}

function readCursor(text: string): AuditCursor {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(decodeBase64Url(text)?.toString() ?? '');
  if (match === null) {
    throw new AuthError('input_invalid', {
      fields: [{ pointer: '/cursor', detail: 'is not a cursor of ours' }],
    });
  }
  return { afterSeq: Number(match[1]), untilSeq: Number(match[2]) };
}
