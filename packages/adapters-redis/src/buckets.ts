import { createHash } from 'node:crypto';

/**
 * The Cluster hash tags, each with all that belongs to the users whose tag begins with its number in binary.
 *
 * The slot of bucket `i` lies between `512 * i` and `512 * i + 511`, so masters that share the slots share the buckets too.
 * Never changed: data lie under these names.
 */
// biome-ignore format: as a table
export const buckets: readonly string[] = [
  '6u', 'by', '25', 'f9', 'tf', 'db', 'o2', 'gg', '8c', '06', 'po', '4v', 'ed', 'm1', 'fa', 'iq',
  'k4', 'ca', '4h', 'x5', '63', 'ez', '2s', 'yk', 'z6', 'rc', 'ab', 'i7', 'c9', 'tx', 'gy', 'p8',
];

/** The bucket of a tag of `tagOf`: its first 5 bits. */
export function bucketOfTag(tag: string): string {
  return buckets[Number.parseInt(tag.slice(0, 2), 16) >> 3] ?? '';
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * {@link bucketOfTag} of the tag in an id: the first character of its base64url holds 6 bits. Of what is no id of ours some
 * bucket, always the same.
 */
export function bucketOfId(id: string): string {
  return buckets[Math.max(base64url.indexOf(id.charAt(0)), 0) >> 1] ?? '';
}

/** The bucket whose log tells of a single token. */
export function bucketOfToken(jti: string): string {
  return bucketOfTag(createHash('sha256').update(jti).digest('hex'));
}
