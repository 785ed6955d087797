import { createScript } from './script.js';
import { at } from './session-fields.js';
import { orderPart, sessionPart, tenantEpochPart } from './session-parts.js';

/** A session. */
export const findSessionScript = createScript(sessionPart, 'return show(load(KEYS[1]))');

/** For each key an epoch, 0 where it never rose. */
export const readEpochsScript = createScript(
  sessionPart,
  `
local epochs = {}
for index, key in ipairs(KEYS) do epochs[index] = findEpoch(key) end
return epochs
`,
);

/** One page of a user's live sessions: whether there are more, then ids and sessions by turns. */
export const listSessionsScript = createScript(
  sessionPart,
  tenantEpochPart,
  orderPart,
  `
local sessions, epoch = KEYS[1], KEYS[2]
local sessionPrefix, limit = ARGV[3], tonumber(ARGV[4])
local afterMs, afterId = tonumber(ARGV[5]), ARGV[6]
local userEpoch = findEpoch(epoch)

local function isListedBefore(a, b)
  if a.createdAt ~= b.createdAt then return a.createdAt > b.createdAt end
  return isBefore(a.id, b.id)
end
local cursor = afterMs and { createdAt = afterMs, id = afterId }

local ids = redis.call('ZRANGE', sessions, 0, -1)
-- Of more than a page, what is read is not kept: there may be very many.
local isOnePage = #ids <= limit
local live = {}
for _, id in ipairs(ids) do
  local session = load(sessionPrefix .. id)
  if isLive(session, userEpoch, tenantEpoch) then
    local entry = { id = id, createdAt = tonumber(session[${at.createdAt}]), session = isOnePage and session }
    if not cursor or isListedBefore(cursor, entry) then table.insert(live, entry) end
  end
end
table.sort(live, isListedBefore)

local page = { #live > limit and '1' or '0' }
for index = 1, math.min(limit, #live) do
  table.insert(page, live[index].id)
  table.insert(page, show(live[index].session or load(sessionPrefix .. live[index].id)))
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
