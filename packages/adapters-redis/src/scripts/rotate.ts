import { writablePart } from './log-parts.js';
import { certain, revokePart } from './revoke.js';
import { createConfirmedScript } from './script.js';
import { at } from './session-fields.js';
import { endPart, renewPart, sessionPart, tenantEpochPart } from './session-parts.js';

/**
 * Judges a presented refresh token and acts on the verdict: the core's `judgeRotation`, in Lua.
 *
 * Whose session it is, only the session says; the keys of its user are in the slot of the keys that were declared.
 */
export const rotateScript = createConfirmedScript(
  sessionPart,
  tenantEpochPart,
  renewPart,
  writablePart,
  `
local key, place, id, tenant = KEYS[1], ARGV[3], ARGV[4], ARGV[5]
local presented, secretHash = tonumber(ARGV[6]), ARGV[7]
local nextHash, nextNonce, nextKeyId, attemptHash = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
-- Numbers where they are needed: nearly every call compares with the floor and is done.
local floorMs, graceMs, recoveryMs, accessTokenMs = ARGV[12], ARGV[13], ARGV[14], ARGV[15]

local session = load(key)
local owner = session[${at.owner}]
local isOfTenant = owner and string.sub(owner, 1, #tenant + 1) == tenant .. ':'
if not isOfTenant or not isLive(session, findEpoch(place .. 'epoch:' .. owner), tenantEpoch) then
  requireWritable(place .. 'log')
  return { 'invalid' }
end

local function judge()
  local generation = tonumber(session[${at.generation}])
  local ageMs = now - tonumber(session[${at.rotatedAt}])
  local hardRotatedAt = session[${at.hardRotatedAt}]
  if presented > generation then return 'ahead' end
  if presented == generation then
    if secretHash ~= session[${at.secretHash}] then return 'fork' end
    return ageMs < tonumber(floorMs) and 'unchanged' or 'rotated'
  end
  if presented == generation - 1 and hardRotatedAt ~= session[${at.rotatedAt}] then
    -- This very command has run before: the driver sent it again after a lost reply.
    if session[${at.secretHash}] == nextHash then return 'rotated' end
    if ageMs < tonumber(graceMs) then return 'grace' end
    if attemptHash ~= '' and attemptHash == session[${at.attemptHash}] and ageMs < tonumber(recoveryMs) then return 'recovered' end
  end
  local hardAgeMs = hardRotatedAt and now - tonumber(hardRotatedAt) or math.huge
  return hardAgeMs < tonumber(graceMs) and 'superseded' or 'reuse'
end

local verdict = judge()
if verdict == 'rotated' and session[${at.secretHash}] ~= nextHash then
  renew(key, session, nextHash, nextNonce, nextKeyId, attemptHash)
elseif verdict == 'reuse' or verdict == 'fork' then
  -- Only here, for each of these functions takes time to make.
  ${endPart}
  ${revokePart}
  endSession(key, place .. 'sessions:' .. owner, id, verdict)
  revoke(place .. 'revoked:session:' .. id, place .. 'log', 'session', id, now + tonumber(accessTokenMs), ${certain}, '')
  session = load(key)
else
  -- A server that was replaced and does not know what ended since gives no verdict either.
  requireWritable(place .. 'log')
end
return { verdict, show(session) }
`,
);

/** Gives a live session a new secret and voids the old one. An empty text: there is no such live session. */
export const rotateHardScript = createConfirmedScript(
  revokePart,
  sessionPart,
  tenantEpochPart,
  renewPart,
  `
local key, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner = ARGV[3]
local nextHash, nextNonce, nextKeyId = ARGV[4], ARGV[5], ARGV[6]
local amr, endsOthers, accessTokenMs = ARGV[7], ARGV[8] == '1', tonumber(ARGV[9])

local session = load(key)
local userEpoch = findEpoch(epoch)
if session[${at.owner}] ~= owner or not isLive(session, userEpoch, tenantEpoch) then return '' end
if session[${at.secretHash}] == nextHash then return show(session) end

if endsOthers then
  userEpoch = userEpoch + 1
  -- The secret names the command: had it run before, the session would hold it.
  redis.call('HSET', epoch, 'value', whole(userEpoch), 'command', nextHash)
  revoke(revoked, log, 'user', owner, now + accessTokenMs, userEpoch, '')
end
renew(key, session, nextHash, nextNonce, nextKeyId, '')
-- The tenant's epoch may have been read a moment ago; the session may have been created with a newer one since.
redis.call('HSET', key, 'userEpoch', whole(userEpoch),
  'tenantEpoch', whole(math.max(tenantEpoch, tonumber(session[${at.tenantEpoch}]))), 'hardRotatedAt', whole(now))
if amr ~= '' then redis.call('HSET', key, 'amr', amr, 'authTime', whole(now)) end
return show(load(key))
`,
);
