/** Does one thing over and over, never twice at once, without keeping the process alive. */
export interface Poller {
  /** Does it now, or as soon as what is under way is done. */
  wake(): void;
  /** Ends it. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Starts at once. `poll` must not reject. */
export function startPoller(poll: () => Promise<void>, intervalMs: number): Poller {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | null = null;
  let isAwaited = false;
  let isStopped = false;

  const run = (): void => {
    clearTimeout(timer);
    if (isStopped) return;
    isAwaited = false;
    underWay = poll().then(() => {
      underWay = null;
      if (isAwaited) run();
      else if (!isStopped) timer = setTimeout(run, intervalMs).unref();
    });
  };

  run();
  return {
    wake() {
      if (underWay === null) run();
      else isAwaited = true;
    },

    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
