/** The fields of a session, in the order in which scripts hold and give their values. */
export const sessionFields = [
  'owner',
  'generation',
  'userEpoch',
  'tenantEpoch',
  'secretHash',
  'nonce',
  'keyId',
  'rotatedAt',
  'hardRotatedAt',
  'createdAt',
  'lastSeenAt',
  'idleLifetimeMs',
  'idleExpiresAt',
  'absoluteExpiresAt',
  'authTime',
  'amr',
  'facts',
  'endedAt',
  'endReason',
  'attemptHash',
] as const;

/** The name of a field. */
export type SessionField = (typeof sessionFields)[number];

/** For scripts: where a field is among the values of a session. Lua counts from 1. */
export const at = Object.fromEntries(sessionFields.map((field, index) => [field, index + 1])) as Readonly<
  Record<SessionField, number>
>;
