import { writablePart } from './log-parts.js';
import { certain, revokePart } from './revoke.js';
import { createConfirmedScript } from './script.js';
import { endPart, renewPart, sessionPart } from './session-parts.js';

/** Judges a presented refresh token and acts on the verdict: the core's `judgeRotation`, in Lua. */
export const rotateScript = createConfirmedScript(
  revokePart,
  sessionPart,
  endPart,
  renewPart,
  writablePart,
  `
local key, sessions, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, owner, tenantEpoch = ARGV[2], ARGV[3], tonumber(ARGV[4])
local presented, secretHash = tonumber(ARGV[5]), ARGV[6]
local nextHash, nextNonce, nextKeyId, attemptHash = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local floorMs, graceMs, recoveryMs, accessTokenMs =
  tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])

-- Not every verdict writes, but none comes from a server that was replaced and does not know what ended since.
requireWritable(log)
local session = load(key)
if session.owner ~= owner or not isLive(session, findEpoch(epoch), tenantEpoch) then return { 'invalid' } end

local function judge()
  local generation = tonumber(session.generation)
  local ageMs = now - tonumber(session.rotatedAt)
  if presented > generation then return 'ahead' end
  if presented == generation then
    if secretHash ~= session.secretHash then return 'fork' end
    return ageMs < floorMs and 'unchanged' or 'rotated'
  end
  if presented == generation - 1 and session.hardRotatedAt ~= session.rotatedAt then
    -- This very command has run before: the driver sent it again after a lost reply.
    if session.secretHash == nextHash then return 'rotated' end
    if ageMs < graceMs then return 'grace' end
    if attemptHash ~= '' and attemptHash == session.attemptHash and ageMs < recoveryMs then return 'recovered' end
  end
  local hardAgeMs = session.hardRotatedAt and now - tonumber(session.hardRotatedAt) or math.huge
  return hardAgeMs < graceMs and 'superseded' or 'reuse'
end

local verdict = judge()
if verdict == 'reuse' or verdict == 'fork' then
  endSession(key, sessions, id, verdict)
  revoke(revoked, log, 'session', id, now + accessTokenMs, ${certain}, '')
elseif verdict == 'rotated' and session.secretHash ~= nextHash then
  renew(key, session, nextHash, nextNonce, nextKeyId)
  if attemptHash == '' then redis.call('HDEL', key, 'attemptHash') else redis.call('HSET', key, 'attemptHash', attemptHash) end
end
return { verdict, redis.call('HGETALL', key) }
`,
);

/** Gives a live session a new secret and voids the old one. An empty array: there is no such live session. */
export const rotateHardScript = createConfirmedScript(
  revokePart,
  sessionPart,
  renewPart,
  `
local key, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner, tenantEpoch = ARGV[2], tonumber(ARGV[3])
local nextHash, nextNonce, nextKeyId = ARGV[4], ARGV[5], ARGV[6]
local amr, endsOthers, accessTokenMs = ARGV[7], ARGV[8] == '1', tonumber(ARGV[9])

local session = load(key)
local userEpoch = findEpoch(epoch)
if session.owner ~= owner or not isLive(session, userEpoch, tenantEpoch) then return {} end
if session.secretHash == nextHash then return redis.call('HGETALL', key) end

if endsOthers then
  userEpoch = userEpoch + 1
  -- The secret names the command: had it run before, the session would hold it.
  redis.call('HSET', epoch, 'value', whole(userEpoch), 'command', nextHash)
  revoke(revoked, log, 'user', owner, now + accessTokenMs, userEpoch, '')
end
renew(key, session, nextHash, nextNonce, nextKeyId)
-- The tenant's epoch was read a moment ago; the session may have been created with a newer one since.
redis.call('HSET', key, 'userEpoch', whole(userEpoch),
  'tenantEpoch', whole(math.max(tenantEpoch, tonumber(session.tenantEpoch))), 'hardRotatedAt', whole(now))
if amr ~= '' then redis.call('HSET', key, 'amr', amr, 'authTime', whole(now)) end
redis.call('HDEL', key, 'attemptHash')
return redis.call('HGETALL', key)
`,
);
