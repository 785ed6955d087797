import { certain, revokePart } from './revoke.js';
import { createConfirmedScript } from './script.js';
import { at } from './session-fields.js';
import { endPart, orderPart, sessionPart, tenantEpochPart } from './session-parts.js';

/**
 * Creates a session unless an epoch moved, and makes room under the cap.
 *
 * The keys of sessions that make room are known only inside; they are in the slot of the keys that were declared.
 */
export const createSessionScript = createConfirmedScript(
  revokePart,
  sessionPart,
  tenantEpochPart,
  endPart,
  orderPart,
  `
local key, sessions, devices, epoch, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, owner, sessionPrefix, revokedPrefix, device = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local expectedUserEpoch, expectedTenantEpoch = tonumber(ARGV[8]), tonumber(ARGV[9])
local maxSessions = tonumber(ARGV[10])
local accessTokenMs, idleMs, absoluteMs = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])

local repeated = redis.call('HGET', key, 'owner')
if repeated == owner then return { 'created', '0', {}, show(load(key)) } end
if repeated then return redis.error_reply('TAKEN the session id belongs to another user') end

local userEpoch = findEpoch(epoch)
if userEpoch ~= expectedUserEpoch or tenantEpoch ~= expectedTenantEpoch then return { 'epoch_moved' } end

-- What is past its end has gone by its own lifetime, or goes now.
redis.call('ZREMRANGEBYSCORE', sessions, '-inf', whole(now))
redis.call('ZREMRANGEBYSCORE', devices, '-inf', whole(now))

local ended = {}
-- Looking through them all is only worth it where somebody may have to go.
if redis.call('ZCARD', sessions) >= maxSessions then
  local live = {}
  for _, other in ipairs(redis.call('ZRANGE', sessions, 0, -1)) do
    local session = load(sessionPrefix .. other)
    if isLive(session, userEpoch, tenantEpoch) then
      table.insert(live, { id = other, seen = tonumber(session[${at.lastSeenAt}]) })
    end
  end
  table.sort(live, function(a, b)
    if a.seen ~= b.seen then return a.seen > b.seen end
    return isBefore(a.id, b.id)
  end)
  for index = maxSessions, #live do
    local other = live[index].id
    endSession(sessionPrefix .. other, sessions, other, 'session_cap')
    revoke(revokedPrefix .. other, log, 'session', other, now + accessTokenMs, ${certain}, '')
    table.insert(ended, other)
  end
end

local absolute = now + absoluteMs
local isNewDevice = redis.call('ZSCORE', devices, device) and '0' or '1'
redis.call('ZADD', devices, 'GT', whole(absolute), device)
keep(devices, absoluteMs)
redis.call('ZADD', sessions, whole(absolute), id)
keep(sessions, absoluteMs)
redis.call('HSET', key, 'owner', owner, 'generation', '0',
  'userEpoch', whole(userEpoch), 'tenantEpoch', whole(tenantEpoch),
  'rotatedAt', whole(now), 'createdAt', whole(now), 'lastSeenAt', whole(now),
  'idleLifetimeMs', whole(idleMs), 'idleExpiresAt', whole(math.min(now + idleMs, absolute)),
  'absoluteExpiresAt', whole(absolute), unpack(ARGV, 14))
keep(key, absoluteMs)
return { 'created', isNewDevice, ended, show(load(key)) }
`,
);
