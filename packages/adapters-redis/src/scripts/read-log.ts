import { requireWritable } from './log-parts.js';
import { createScript } from './script.js';

/**
 * Reads logs: the time, then for each log ids and entries by turns, from the given id on, that one included. Before the ids:
 * how many of each at most.
 * A server that may not write does not answer: no answer is better than an old one.
 */
export const readLogScript = createScript(
  `
${requireWritable('KEYS[1]')}
local answer = { whole(now) }
for index, log in ipairs(KEYS) do
  local page = {}
  for at, entry in ipairs(redis.call('XRANGE', log, ARGV[index + 2], '+', 'COUNT', ARGV[2])) do
    page[2 * at - 1], page[2 * at] = entry[1], entry[2][2]
  end
  answer[index + 1] = page
end
return answer
`,
);
