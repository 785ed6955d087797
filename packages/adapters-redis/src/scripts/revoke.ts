import { createScript } from './script.js';

/** The epoch of what is revoked whatever its epoch: above all that a counter of 32 bits reaches. */
export const certain = 2_147_483_647;

/**
 * A revocation is one string, `<until> <epoch> <excepted session id>`; to be there is to be revoked, so what somebody
 * else wrote under the key of a token counts, whatever it is. It is only ever made stronger: the later end, the higher
 * epoch with its own exception, and one epoch with two exceptions excepts nobody.
 */
export const revokePart = `
local function findRevocation(key)
  local value = redis.call('GET', key)
  if not value then return nil end
  local untilMs, epoch, except = string.match(value, '^(%d+) (%d+) (.*)$')
  if not untilMs then
    local ttl = redis.call('PTTL', key)
    return { untilMs = ttl < 0 and math.huge or now + ttl, epoch = ${certain}, except = '' }
  end
  return { untilMs = tonumber(untilMs), epoch = tonumber(epoch), except = except }
end
local function revoke(key, untilMs, epoch, except)
  local known = findRevocation(key)
  if known then
    -- Written by somebody else, for good.
    if known.untilMs == math.huge then return end
    if known.epoch > epoch then
      epoch, except = known.epoch, known.except
    elseif known.epoch == epoch and known.except ~= except then
      except = ''
    end
    untilMs = math.max(untilMs, known.untilMs)
  end
  local value = whole(untilMs) .. ' ' .. whole(epoch) .. ' ' .. except
  redis.call('SET', key, value, 'PX', lifetime(untilMs - now))
end
`;

/** Unites entries with what is stored. For each key: until, epoch, exception. */
export const addScript = createScript(
  revokePart,
  `
for index, key in ipairs(KEYS) do
  local at = 3 * index - 1
  revoke(key, tonumber(ARGV[at]), tonumber(ARGV[at + 1]), ARGV[at + 2])
end
return 1
`,
);

/** Whether any of the keys revokes. After the session's id, for each key: the token's epoch. */
export const isRevokedScript = createScript(
  revokePart,
  `
for index, key in ipairs(KEYS) do
  local entry = findRevocation(key)
  if entry and entry.untilMs > now and entry.epoch > tonumber(ARGV[index + 2]) then
    if entry.except == '' or entry.except ~= ARGV[2] then return 1 end
  end
end
return 0
`,
);
