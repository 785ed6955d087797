/** A service that is started once per test run, however many projects of the run use it. */
export interface SharedService<T> {
  /** Starts it for the first caller; all callers get the same one. */
  use(): Promise<T>;
  /** Stops it with the last of its users. */
  leave(): Promise<void>;
}

interface Entry<T> {
  readonly service: Promise<T>;
  users: number;
}

// Vitest loads this file anew for every project, all in one process: the entries must outlive a copy of the module.
const registryKey = Symbol.for('@tessera-auth/test-services');
const holder = globalThis as { [registryKey]?: Map<string, Entry<unknown>> };
holder[registryKey] ??= new Map();
const registry = holder[registryKey];

/** Shares what `start` makes among all projects of a test run, under `name`. */
export function sharedService<T>(
  name: string,
  start: () => Promise<T>,
  stop: (service: T) => Promise<void>,
): SharedService<T> {
  const find = (): Entry<T> | undefined => registry.get(name) as Entry<T> | undefined;
  return {
    use() {
      const entry = find() ?? { service: start(), users: 0 };
      entry.users += 1;
      registry.set(name, entry);
      return entry.service;
    },
    async leave() {
      const entry = find();
      if (entry === undefined) return;
      entry.users -= 1;
      if (entry.users > 0) return;
      registry.delete(name);
      await stop(await entry.service);
    },
  };
}
