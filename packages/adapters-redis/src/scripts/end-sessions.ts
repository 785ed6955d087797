import { certain, revokePart } from './revoke.js';
import { createScript } from './script.js';
import { endPart, raisePart, sessionPart } from './session-parts.js';

/** Ends one session and revokes it. An empty array: the user has no such session. */
export const endSessionScript = createScript(
  revokePart,
  sessionPart,
  endPart,
  `
local key, sessions, revoked = KEYS[1], KEYS[2], KEYS[3]
local id, owner, reason, accessTokenMs = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local session = load(key)
if session.owner ~= owner then return {} end
if session.endedAt == nil then endSession(key, sessions, id, reason) end
revoke(revoked, now + accessTokenMs, ${certain}, '')
return redis.call('HGETALL', key)
`,
);

/** Raises the user's epoch and lifts one live session to it. An empty array: there is no such live session. */
export const endOthersScript = createScript(
  revokePart,
  sessionPart,
  raisePart,
  `
local key, epoch, revoked = KEYS[1], KEYS[2], KEYS[3]
local id, owner, tenantEpoch = ARGV[2], ARGV[3], tonumber(ARGV[4])
local command, accessTokenMs = ARGV[5], tonumber(ARGV[6])
local session = load(key)
if session.owner ~= owner or not isLive(session, findEpoch(epoch), tenantEpoch) then return {} end
local userEpoch = raise(epoch, command)
redis.call('HSET', key, 'userEpoch', whole(userEpoch))
revoke(revoked, now + accessTokenMs, userEpoch, id)
return redis.call('HGETALL', key)
`,
);

/** Raises the epoch of a user or tenant and revokes what is below it. */
export const raiseScript = createScript(
  revokePart,
  raisePart,
  `
local epoch, revoked = KEYS[1], KEYS[2]
local value = raise(epoch, ARGV[2])
revoke(revoked, now + tonumber(ARGV[3]), value, '')
return value
`,
);
