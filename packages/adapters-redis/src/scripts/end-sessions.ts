import { certain, revokePart } from './revoke.js';
import { createConfirmedScript } from './script.js';
import { at } from './session-fields.js';
import { endPart, raisePart, sessionPart, tenantEpochPart } from './session-parts.js';

/** Ends one session and revokes it; says whether it was live. An empty text: the user has no such session. */
export const endSessionScript = createConfirmedScript(
  revokePart,
  sessionPart,
  tenantEpochPart,
  endPart,
  `
local key, sessions, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, owner, reason, accessTokenMs = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local session = load(key)
if session[${at.owner}] ~= owner then return { '', '' } end
local wasLive = isLive(session, findEpoch(epoch), tenantEpoch) and '1' or ''
if not session[${at.endedAt}] then endSession(key, sessions, id, reason) end
revoke(revoked, log, 'session', id, now + accessTokenMs, ${certain}, '')
return { show(load(key)), wasLive }
`,
);

/** Raises the user's epoch and lifts one live session to it. An empty text: there is no such live session. */
export const endOthersScript = createConfirmedScript(
  revokePart,
  sessionPart,
  tenantEpochPart,
  raisePart,
  `
local key, epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, owner = ARGV[3], ARGV[4]
local command, accessTokenMs = ARGV[5], tonumber(ARGV[6])
local session = load(key)
if session[${at.owner}] ~= owner or not isLive(session, findEpoch(epoch), tenantEpoch) then return '' end
local userEpoch = raise(epoch, command)
redis.call('HSET', key, 'userEpoch', whole(userEpoch))
revoke(revoked, log, 'user', owner, now + accessTokenMs, userEpoch, id)
return show(load(key))
`,
);

/** Raises the epoch of a user or tenant and revokes what is below it. */
export const raiseScript = createConfirmedScript(
  revokePart,
  raisePart,
  `
local epoch, revoked, log = KEYS[1], KEYS[2], KEYS[3]
local command, accessTokenMs, kind, name = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local value = raise(epoch, command)
revoke(revoked, log, kind, name, now + accessTokenMs, value, '')
return value
`,
);
