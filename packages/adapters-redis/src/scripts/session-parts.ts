/** Reads a session, and tells whether it is live. Mirrors the reference in the core's memory store. */
export const sessionPart = `
local function load(key)
  local flat = redis.call('HGETALL', key)
  local session = {}
  for index = 1, #flat, 2 do session[flat[index]] = flat[index + 1] end
  return session
end
local function findEpoch(key) return tonumber(redis.call('HGET', key, 'value') or '0') end
local function isLive(session, userEpoch, tenantEpoch)
  return session.owner ~= nil and session.endedAt == nil
    and tonumber(session.idleExpiresAt) > now and tonumber(session.absoluteExpiresAt) > now
    and tonumber(session.userEpoch) >= userEpoch and tonumber(session.tenantEpoch) >= tenantEpoch
end
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

/** Gives a session its next secret. */
export const renewPart = `
local function renew(key, session, secretHash, nonce, keyId)
  local idle = math.min(now + tonumber(session.idleLifetimeMs), tonumber(session.absoluteExpiresAt))
  redis.call('HSET', key, 'generation', whole(tonumber(session.generation) + 1),
    'rotatedAt', whole(now), 'lastSeenAt', whole(now), 'idleExpiresAt', whole(idle),
    'secretHash', secretHash, 'nonce', nonce, 'keyId', keyId)
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
