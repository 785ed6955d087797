import { at, sessionFields } from './session-fields.js';

/**
 * Reads the values of a session, each at its place, and tells whether it is live. Mirrors the reference in the core's memory
 * store. What is missing is `false`; without an owner there is no session. Scripts give it as JSON: one text costs the
 * server and the client less than twenty.
 */
export const sessionPart = `
local function load(key) return redis.call('HMGET', key, ${sessionFields.map((field) => `'${field}'`).join(', ')}) end
local function show(session) return cjson.encode(session) end
local function findEpoch(key) return tonumber(redis.call('HGET', key, 'value') or '0') end
local function isLive(session, userEpoch, tenantEpoch)
  return session[${at.owner}] and not session[${at.endedAt}]
    and tonumber(session[${at.idleExpiresAt}]) > now and tonumber(session[${at.absoluteExpiresAt}]) > now
    and tonumber(session[${at.userEpoch}]) >= userEpoch and tonumber(session[${at.tenantEpoch}]) >= tenantEpoch
end
`;

/** The tenant's epoch: given, or that of the last key. */
export const tenantEpochPart = `
local tenantEpoch = tonumber(ARGV[2]) or findEpoch(KEYS[#KEYS])
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

/** Gives a session its next secret; `session` holds the values of afterwards. */
export const renewPart = `
local function renew(key, session, secretHash, nonce, keyId, attemptHash)
  local generation, instant = whole(tonumber(session[${at.generation}]) + 1), whole(now)
  local idle = now + tonumber(session[${at.idleLifetimeMs}])
  local idleExpiresAt = whole(math.min(idle, tonumber(session[${at.absoluteExpiresAt}])))
  redis.call('HSET', key, 'generation', generation, 'rotatedAt', instant, 'lastSeenAt', instant,
    'idleExpiresAt', idleExpiresAt, 'secretHash', secretHash, 'nonce', nonce, 'keyId', keyId,
    'attemptHash', attemptHash)
  session[${at.generation}], session[${at.rotatedAt}], session[${at.lastSeenAt}] = generation, instant, instant
  session[${at.idleExpiresAt}], session[${at.secretHash}] = idleExpiresAt, secretHash
  session[${at.nonce}], session[${at.keyId}], session[${at.attemptHash}] = nonce, keyId, attemptHash
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
