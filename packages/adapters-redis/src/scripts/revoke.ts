import { logPart } from './log-parts.js';
import { createConfirmedScript, createScript } from './script.js';

/** The epoch of what is revoked whatever its epoch: above all that a counter of 32 bits reaches. */
export const certain = 2_147_483_647;

/**
 * A revocation is one string, `<until> <epoch> <epoch that the exception begins at> <excepted session id>`; to be there is to be revoked, so what somebody
 * else wrote under the key of a token counts, whatever it is.
 *
 * GETEX without options is a GET that counts as a write: a server that may not write does not answer either.
 */
const findPart = `
local function findRevocation(key)
  local value = redis.call('GETEX', key)
  if not value then return nil end
  local untilMs, epoch, from, except = string.match(value, '^(%d+) (%d+) (%d+) (.*)$')
  if not untilMs then
    local ttl = redis.call('PTTL', key)
    return { untilMs = ttl < 0 and math.huge or now + ttl, epoch = ${certain}, from = 0, except = '' }
  end
  return {
    value = value, untilMs = tonumber(untilMs), epoch = tonumber(epoch), from = tonumber(from), except = except
  }
end
`;

/**
 * Stores a revocation and tells the log of its slot, if there is one there. A revocation is only ever made stronger: the
 * later end, the higher epoch with its own exception, and one epoch with two exceptions excepts nobody. What the other
 * one revoked of the excepted session stays revoked. The log is told of what is stored now; of what changed nothing it knows
 * already.
 */
export const revokePart = `
${logPart}
${findPart}
local function goodFrom(entry, except)
  return entry.except == except and entry.from or entry.epoch
end
local function revoke(key, log, kind, name, untilMs, epoch, except, from)
  from = from or 0
  local known = findRevocation(key)
  local storedMs = untilMs
  if known then
    local added = { epoch = epoch, from = from, except = except }
    if known.epoch > epoch then
      epoch, except = known.epoch, known.except
    elseif known.epoch == epoch and known.except ~= except then
      except = ''
    end
    from = except == '' and 0 or math.max(goodFrom(known, except), goodFrom(added, except))
    storedMs = math.max(untilMs, known.untilMs)
  end
  -- What somebody else wrote for good stays as it is.
  if storedMs < math.huge then
    untilMs = storedMs
    local value = whole(untilMs) .. ' ' .. whole(epoch) .. ' ' .. whole(from) .. ' ' .. except
    if known and known.value == value then return end
    redis.call('SET', key, value, 'PX', lifetime(untilMs - now))
  end
  if log then tellLog(log, kind, name, untilMs, epoch, except, from) end
end
`;

/**
 * Unites entries with what is stored. For each: which key is its own, which its log and which its epoch, 0 where there is none
 * or it is in another slot; then kind, name, until, epoch, exception and from which epoch on.
 *
 * The epoch of a user or tenant never lies below what is revoked of them: nodes give back what a failover has lost, and
 * without their epoch the sessions that it ended would live again, and new ones begin with tokens that are dead.
 */
export const addScript = createConfirmedScript(
  revokePart,
  `
for at = 2, #ARGV, 9 do
  local key, log, epochKey = KEYS[tonumber(ARGV[at])], KEYS[tonumber(ARGV[at + 1])], KEYS[tonumber(ARGV[at + 2])]
  local kind, name, untilMs, epoch = ARGV[at + 3], ARGV[at + 4], tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local except, from = ARGV[at + 7], tonumber(ARGV[at + 8])
  if key then revoke(key, log, kind, name, untilMs, epoch, except, from)
  else tellLog(log, kind, name, untilMs, epoch, except, from) end
  if epochKey and tonumber(redis.call('HGET', epochKey, 'value') or '0') < epoch then
    redis.call('HSET', epochKey, 'value', whole(epoch))
  end
end
return 1
`,
);

/** Whether any of the keys revokes. After the session's id, for each key: the token's epoch. */
export const isRevokedScript = createScript(
  findPart,
  `
for index, key in ipairs(KEYS) do
  local entry = findRevocation(key)
  local epoch = tonumber(ARGV[index + 2])
  if entry and entry.untilMs > now and entry.epoch > epoch then
    if entry.except == '' or entry.except ~= ARGV[2] or entry.from > epoch then return 1 end
  end
end
return 0
`,
);
