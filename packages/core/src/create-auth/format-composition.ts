import type { Composition } from './composition.js';
import { storeNames } from './store-names.js';

/**
 * A {@link Composition} for the log of a start: a line for each store, one for how revocations are checked, and one for
 * each consequence. Plain text without colours and without a newline at its end.
 */
export function formatComposition({ stores, revocationCheck, consequences }: Composition): string {
  const check =
    revocationCheck.check === 'direct'
      ? 'asked at every check'
      : `held in memory, at most ${revocationCheck.boundMs} ms old, read every ${revocationCheck.pollIntervalMs} ms`;
  return [
    ...storeNames.map((name) => `${name}: ${stores[name].medium} (${stores[name].durability})`),
    `revocations are ${check}`,
    ...consequences.map(({ code, sentence, stores }) => `${code} [${stores.join(', ')}]: ${sentence}`),
  ].join('\n');
}
