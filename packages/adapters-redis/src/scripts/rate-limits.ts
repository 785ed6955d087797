import { createScript } from './script.js';

/**
 * Takes units: the core's memory store, in Lua. Whole microseconds stay below 2^53, which Lua's numbers hold exactly.
 *
 * The key goes when all units are back, for then it says nothing more.
 */
export const takeScript = createScript(`
local key, intervalUs, burst, cost = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local nowUs = now * 1000
local at = math.max(tonumber(redis.call('GET', key) or '0'), nowUs)
local next = at + cost * intervalUs
local excessUs = next - burst * intervalUs - nowUs
local isAllowed = excessUs <= 0
local takenUs = (isAllowed and next or at) - nowUs
if isAllowed then redis.call('SET', key, whole(next), 'PX', lifetime(math.ceil(takenUs / 1000))) end
return {
  isAllowed and 1 or 0,
  math.max(math.floor((burst * intervalUs - takenUs) / intervalUs), 0),
  isAllowed and 0 or math.ceil(excessUs / 1000),
  math.ceil(takenUs / 1000),
}
`);

/** Gives all units back. */
export const resetScript = createScript(`return redis.call('DEL', KEYS[1])`);
