import { at, sessionFields } from './session-fields.js';

// What a rotation needs is inlined in its script: a function takes time to make at every call, even if nobody calls it.

/** Reads the values of a session, each at its place. What is missing is `false`; without an owner there is no session. */
export const loadOf = (key: string): string =>
  `redis.call('HMGET', ${key}, ${sessionFields.map((field) => `'${field}'`).join(', ')})`;

/** The epoch of a user or tenant. */
export const epochOf = (key: string): string => `tonumber(redis.call('HGET', ${key}, 'value') or '0')`;

/** The tenant's epoch: given, or that of the last key. */
export const tenantEpochOfCall = `(tonumber(ARGV[2]) or ${epochOf('KEYS[#KEYS]')})`;

/** Whether the values of `session` are of a live one. Mirrors the reference in the core's memory store. */
export const livenessOf = (userEpoch: string, tenantEpoch: string): string => `
  session[${at.owner}] and not session[${at.endedAt}]
    and tonumber(session[${at.idleExpiresAt}]) > now and tonumber(session[${at.absoluteExpiresAt}]) > now
    and tonumber(session[${at.userEpoch}]) >= ${userEpoch} and tonumber(session[${at.tenantEpoch}]) >= ${tenantEpoch}`;

/** Gives the session of `key` its next secret; `session` holds the values of afterwards. */
export const renewal = `
  local generation, instant = whole(tonumber(session[${at.generation}]) + 1), whole(now)
  local idle = now + tonumber(session[${at.idleLifetimeMs}])
  local idleExpiresAt = whole(math.min(idle, tonumber(session[${at.absoluteExpiresAt}])))
  redis.call('HSET', key, 'generation', generation, 'rotatedAt', instant, 'lastSeenAt', instant,
    'idleExpiresAt', idleExpiresAt, 'secretHash', nextHash, 'nonce', nextNonce, 'keyId', nextKeyId,
    'attemptHash', attemptHash)
  session[${at.generation}], session[${at.rotatedAt}], session[${at.lastSeenAt}] = generation, instant, instant
  session[${at.idleExpiresAt}], session[${at.secretHash}] = idleExpiresAt, nextHash
  session[${at.nonce}], session[${at.keyId}], session[${at.attemptHash}] = nextNonce, nextKeyId, attemptHash
`;

/** The same as functions. Scripts give a session as JSON: one text costs the server and the client less than twenty. */
export const sessionPart = `
local function load(key) return ${loadOf('key')} end
local function show(session) return cjson.encode(session) end
local function findEpoch(key) return ${epochOf('key')} end
local function isLive(session, userEpoch, tenantEpoch) return ${livenessOf('userEpoch', 'tenantEpoch')} end
`;

/** See {@link tenantEpochOfCall}. */
export const tenantEpochPart = `
local tenantEpoch = ${tenantEpochOfCall}
`;

/** Ends a session that has not ended; it leaves its user's list and stays where it can be found. */
export const endPart = `
local function endSession(key, sessions, id, reason)
  redis.call('HSET', key, 'endedAt', whole(now), 'endReason', reason)
  redis.call('ZREM', sessions, id)
end
`;

/** Raises an epoch once per command. */
export const raisePart = `
local function raise(key, command)
  local known = redis.call('HMGET', key, 'value', 'command')
  local value = tonumber(known[1] or '0')
  if known[2] == command then return value end
  redis.call('HSET', key, 'value', whole(value + 1), 'command', command)
  return value + 1
end
`;

/** Orders ids by their bytes; Lua's own comparison goes by the server's locale. */
export const orderPart = `
local function isBefore(a, b)
  for index = 1, math.min(#a, #b) do
    local left, right = string.byte(a, index), string.byte(b, index)
    if left ~= right then return left < right end
  end
  return #a < #b
end
`;
