import { createScript } from './script.js';
import { orderPart, sessionPart } from './session-parts.js';

/** All fields of a session. */
export const findSessionScript = createScript(`return redis.call('HGETALL', KEYS[1])`);

/** Whose session it is. */
export const findOwnerScript = createScript(`return redis.call('HGET', KEYS[1], 'owner')`);

/** An epoch, 0 where it never rose. */
export const readEpochScript = createScript(`return tonumber(redis.call('HGET', KEYS[1], 'value') or '0')`);

/** One page of a user's live sessions: whether there are more, then ids and fields by turns. */
export const listSessionsScript = createScript(
  sessionPart,
  orderPart,
  `
local sessions, epoch = KEYS[1], KEYS[2]
local sessionPrefix, tenantEpoch, limit = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local afterMs, afterId = tonumber(ARGV[5]), ARGV[6]
local userEpoch = findEpoch(epoch)

local function isListedBefore(a, b)
  if a.createdAt ~= b.createdAt then return a.createdAt > b.createdAt end
  return isBefore(a.id, b.id)
end
local cursor = afterMs and { createdAt = afterMs, id = afterId }

local live = {}
for _, id in ipairs(redis.call('ZRANGE', sessions, 0, -1)) do
  local session = load(sessionPrefix .. id)
  if isLive(session, userEpoch, tenantEpoch) then
    local entry = { id = id, createdAt = tonumber(session.createdAt) }
    if not cursor or isListedBefore(cursor, entry) then table.insert(live, entry) end
  end
end
table.sort(live, isListedBefore)

local page = { #live > limit and '1' or '0' }
for index = 1, math.min(limit, #live) do
  table.insert(page, live[index].id)
  table.insert(page, redis.call('HGETALL', sessionPrefix .. live[index].id))
end
return page
`,
);

/** Deletes sessions of one user past their absolute end, as far as their lifetime has not done it. */
export const deleteExpiredScript = createScript(`
local ids = redis.call('ZRANGE', KEYS[1], '-inf', whole(now), 'BYSCORE', 'LIMIT', '0', ARGV[3])
for _, id in ipairs(ids) do
  redis.call('UNLINK', ARGV[2] .. id)
  redis.call('ZREM', KEYS[1], id)
end
return #ids
`);
