/** Does one thing over and over, never twice at once, without keeping the process alive. */
export interface Poller {
  /** Does it soon: a moment after the last time, so that many calls make few rounds. */
  wake(): void;
  /** Ends it. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Between the end of one round and the next: whoever calls all the time gets no more than a hundred a second. */
const restMs = 10;

/** Starts at once. `poll` must not reject. */
export function startPoller(poll: () => Promise<void>, intervalMs: number): Poller {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | null = null;
  let isAwaited = false;
  let restedAtMs = 0;
  let isStopped = false;

  const run = (): void => {
    clearTimeout(timer);
    if (isStopped) return;
    isAwaited = false;
    underWay = poll().then(() => {
      underWay = null;
      restedAtMs = performance.now() + restMs;
      if (!isStopped) timer = setTimeout(run, isAwaited ? restMs : intervalMs).unref();
    });
  };

  run();
  return {
    wake() {
      if (isAwaited || isStopped) return;
      isAwaited = true;
      if (underWay !== null) return;
      clearTimeout(timer);
      timer = setTimeout(run, Math.max(restedAtMs - performance.now(), 0)).unref();
    },

    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
