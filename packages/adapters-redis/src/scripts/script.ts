import { createHash } from 'node:crypto';

/** A Lua script and the name by which a server that has seen it knows it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
  /** What it did, replicas shall confirm, where the app asks for that. */
  readonly isConfirmed: boolean;
}

/**
 * What every script begins with. `ARGV[1]` is empty, so that the server's own clock decides, or the instant of a test.
 *
 * Lifetimes are always given to Redis as lengths of time, never as instants, so that they are right for either clock.
 */
const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Lua numbers have 53 bits: all that instants and generations need.
local function whole(number) return string.format('%d', number) end
-- Beside the clock of a test, which may stand still, real time must not take anything away.
local slackMs = ARGV[1] == '' and 0 or 60000
local function lifetime(ms) return whole(math.max(ms, 1) + slackMs) end
local function keep(key, lifetimeMs)
  if redis.call('PTTL', key) < lifetimeMs + slackMs then redis.call('PEXPIRE', key, lifetime(lifetimeMs)) end
end
`;

/** A script of `parts`, in their order, whose loss in a failover does no harm. */
export function createScript(...parts: readonly string[]): Script {
  return assemble(parts, false);
}

/** A script of `parts`, in their order, that replicas shall confirm. Running it twice must equal once. */
export function createConfirmedScript(...parts: readonly string[]): Script {
  return assemble(parts, true);
}

function assemble(parts: readonly string[], isConfirmed: boolean): Script {
  const source = [clock, ...parts].join('');
  return { source, sha: createHash('sha1').update(source).digest('hex'), isConfirmed };
}
