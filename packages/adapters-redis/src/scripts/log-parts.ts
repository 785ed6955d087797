/** How long an entry stays in a log after its end, so that a reader whose clock is behind sees it too. */
const marginMs = 60_000;

/**
 * Tells a log of a revocation: an entry of one field, `<kind> <until> <epoch> <from> <name>`, and for a user that is
 * not without exception ` <excepted session id>` after it; `from` is the epoch that the exception begins at.
 *
 * The log is also the snapshot: an entry goes when it has ended, oldest first, a few at each call, and never because there
 * are many. What an older entry that ends later holds back stays a while longer.
 */
export const logPart = `
local function tellLog(log, kind, name, untilMs, epoch, except, from)
  if untilMs <= now then return end
  local entry = kind .. ' ' .. whole(untilMs) .. ' ' .. whole(epoch) .. ' ' .. whole(from) .. ' ' .. name
  if except ~= '' then entry = entry .. ' ' .. except end
  redis.call('XADD', log, '*', 'revoked', entry)
  keep(log, untilMs - now + ${marginMs})
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', '4')
  local first
  for _, candidate in ipairs(oldest) do
    first = candidate[1]
    local endsMs = tonumber(string.match(candidate[2][2], '^%a+ (%d+) ') or '0')
    if endsMs + ${marginMs} > now then break end
  end
  if first ~= oldest[1][1] then redis.call('XTRIM', log, 'MINID', first) end
end
`;

/**
 * Insists on a server that may write. To delete what cannot be there changes nothing and is sent to no replica; but it is a
 * write, which a server refuses that has become a replica, lost its own replicas (`min-replicas-to-write`) or its disk.
 */
export const requireWritable = (log: string): string => `redis.call('XDEL', ${log}, '0-0')`;
