import { createConfirmedScript, createScript } from './script.js';

/**
 * Reads a token that is still of use to whoever presents it. What is spent or void stays until it expires, so that the same
 * command again finds what it did.
 */
const presentedPart = `
local function findPresented(key, tenantId, purpose, secretHash)
  local flat = redis.call('HGETALL', key)
  local token = {}
  for index = 1, #flat, 2 do token[flat[index]] = flat[index + 1] end
  if token.secretHash == nil or token.isVoid ~= nil or tonumber(token.expiresAt) <= now then return nil end
  if token.tenantId ~= tenantId or token.purpose ~= purpose or token.secretHash ~= secretHash then return nil end
  return token, flat
end
`;

/** Voids a user's tokens, of one purpose or of all. Their keys are known only inside; they are in the slot of the index. */
const voidPart = `
local function voidTokens(index, tokenPrefix, purpose)
  for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local key = tokenPrefix .. id
    local other = redis.call('HGET', key, 'purpose')
    if other and (purpose == nil or other == purpose) then redis.call('HSET', key, 'isVoid', '1') end
    if not other or purpose == nil or other == purpose then redis.call('ZREM', index, id) end
  end
end
`;

/** Makes a token known, unless its id is. */
export const createTokenScript = createConfirmedScript(
  voidPart,
  `
local key, index = KEYS[1], KEYS[2]
local id, tokenPrefix, lifetimeMs, replacesOthers = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local tenantId, userId, purpose, secretHash, data = ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
if redis.call('EXISTS', key) == 1 then return 0 end

redis.call('ZREMRANGEBYSCORE', index, '-inf', whole(now))
if replacesOthers then voidTokens(index, tokenPrefix, purpose) end
local expiresAt = now + lifetimeMs
redis.call('HSET', key, 'tenantId', tenantId, 'userId', userId, 'purpose', purpose,
  'secretHash', secretHash, 'data', data, 'createdAt', whole(now), 'expiresAt', whole(expiresAt))
keep(key, lifetimeMs)
redis.call('ZADD', index, whole(expiresAt), id)
keep(index, lifetimeMs)
return 1
`,
);

/** All fields of a presented token that nobody has spent. */
export const findTokenScript = createScript(
  presentedPart,
  `
local token, flat = findPresented(KEYS[1], ARGV[2], ARGV[3], ARGV[4])
return token and token.consumedBy == nil and flat or {}
`,
);

/** Spends a presented token: all its fields for the one command that spent it. */
export const consumeTokenScript = createConfirmedScript(
  presentedPart,
  `
local token, flat = findPresented(KEYS[1], ARGV[2], ARGV[3], ARGV[4])
if token == nil or (token.consumedBy or ARGV[5]) ~= ARGV[5] then return {} end
redis.call('HSET', KEYS[1], 'consumedBy', ARGV[5])
return flat
`,
);

/** Voids all tokens of a user. */
export const voidAllTokensScript = createConfirmedScript(voidPart, `voidTokens(KEYS[1], ARGV[2]) return 1`);
