import { requireWritable } from './log-parts.js';
import { certain, revokePart } from './revoke.js';
import { createConfirmedScript } from './script.js';
import { at } from './session-fields.js';
import {
  endPart,
  epochOf,
  livenessOf,
  loadOf,
  renewal,
  sessionPart,
  tenantEpochOfCall,
  tenantEpochPart,
} from './session-parts.js';

/**
 * Judges a presented refresh token and acts on the verdict: the core's `judgeRotation`, in Lua.
 *
 * In a Cluster the slot may be on its way to another server. The keys that decide, and the log, are declared, so that a
 * server that has only some of them refuses: without the epoch an ended session would look live, and an entry in
 * a second log would be lost.
 */
export const rotateScript = createConfirmedScript(
  `
local key, epoch, log = KEYS[1], KEYS[2], KEYS[3]
local presented, secretHash = tonumber(ARGV[3]), ARGV[4]
local nextHash, nextNonce, nextKeyId, attemptHash = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local floorMs, otherWindows = tonumber(ARGV[9]), ARGV[10]

local session = ${loadOf('key')}
local owner = session[${at.owner}]
-- The key of the epoch names who is said to be the owner.
local isOwned = owner and string.sub(epoch, -#owner - 7) == ':epoch:' .. owner
if not (isOwned and ${livenessOf(epochOf('epoch'), tenantEpochOfCall)}) then
  ${requireWritable('log')}
  return { 'invalid' }
end

local generation = tonumber(session[${at.generation}])
local ageMs = now - tonumber(session[${at.rotatedAt}])
local hardRotatedAt = session[${at.hardRotatedAt}]
local verdict
if presented > generation then
  verdict = 'ahead'
elseif presented == generation then
  if secretHash ~= session[${at.secretHash}] then verdict = 'fork'
  else verdict = ageMs < floorMs and 'unchanged' or 'rotated' end
else
  local graceMs, recoveryMs = string.match(otherWindows, '^(%d+) (%d+)')
  graceMs, recoveryMs = tonumber(graceMs), tonumber(recoveryMs)
  local isPredecessor = presented == generation - 1 and hardRotatedAt ~= session[${at.rotatedAt}]
  local isSameAttempt = attemptHash ~= '' and attemptHash == session[${at.attemptHash}]
  -- This very command has run before: the driver sent it again after a lost reply.
  if isPredecessor and session[${at.secretHash}] == nextHash then verdict = 'rotated'
  elseif isPredecessor and ageMs < graceMs then verdict = 'grace'
  elseif isPredecessor and isSameAttempt and ageMs < recoveryMs then verdict = 'recovered'
  elseif hardRotatedAt and now - tonumber(hardRotatedAt) < graceMs then verdict = 'superseded'
  else verdict = 'reuse' end
end

if verdict == 'rotated' and session[${at.secretHash}] ~= nextHash then
  ${renewal}
elseif verdict == 'reuse' or verdict == 'fork' then
  ${endPart}
  ${revokePart}
  local accessTokenMs = tonumber(string.match(otherWindows, '%d+$'))
  local place = string.sub(log, 1, -#'log' - 1)
  local id = string.sub(key, #place + #'session:' + 1)
  endSession(key, place .. 'sessions:' .. owner, id, verdict)
  revoke(place .. 'revoked:session:' .. id, log, 'session', id, now + accessTokenMs, ${certain}, '')
  session = ${loadOf('key')}
else
  -- A server that was replaced and does not know what ended since gives no verdict either.
  ${requireWritable('log')}
end
return { verdict, cjson.encode(session) }
`,
);

/** Gives a live session a new secret and voids the old one. An empty text: there is no such live session. */
export const rotateHardScript = createConfirmedScript(
  revokePart,
  sessionPart,
  tenantEpochPart,
  `
local key, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner = ARGV[3]
local nextHash, nextNonce, nextKeyId, attemptHash = ARGV[4], ARGV[5], ARGV[6], ''
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
${renewal}
-- The tenant's epoch may have been read a moment ago; the session may have been created with a newer one since.
redis.call('HSET', key, 'userEpoch', whole(userEpoch),
  'tenantEpoch', whole(math.max(tenantEpoch, tonumber(session[${at.tenantEpoch}]))), 'hardRotatedAt', whole(now))
if amr ~= '' then redis.call('HSET', key, 'amr', amr, 'authTime', whole(now)) end
return show(load(key))
`,
);
