import { z } from 'zod';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { AuthError } from '../../errors.js';

/** A place in a list: newest first, of one instant by id. */
export interface PageCursor {
  readonly createdAt: Date;
  readonly id: string;
}

/** The ids of sessions are our own. */
export const sessionIdForm = /^[\w-]{1,64}$/;
/** The ids of accounts are the app's own where it brings them along. */
export const userIdForm = /^[^\p{Cc}\p{Surrogate}]{1,255}$/u;

/** The query of every route that answers in pages. */
export const pageSchema = z.strictObject({
  cursor: z.string().max(1500).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});

/** What a page is when the query does not say: 50 from the beginning. */
export function readPage({ cursor, limit = 50 }: z.infer<typeof pageSchema>, idForm: RegExp) {
  return { limit, after: cursor === undefined ? null : readCursor(cursor, idForm) };
}

/** The cursor of a place. It names one in a list that its sender may read anyway and nothing else, so it needs no protection. */
export function writeCursor({ createdAt, id }: PageCursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

function readCursor(text: string, idForm: RegExp): PageCursor {
  const match = /^(\d{1,15})\.(.*)$/su.exec(decodeBase64Url(text)?.toString() ?? '');
  const id = match?.[2] ?? '';
  if (match === null || !idForm.test(id)) {
    throw new AuthError('input_invalid', {
      fields: [{ pointer: '/cursor', detail: 'is not a cursor of ours' }],
    });
  }
  return { createdAt: new Date(Number(match[1])), id };
}
