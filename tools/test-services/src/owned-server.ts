/**
 * A real server that a test owns: it may be killed, frozen and brought back, and it keeps its data and its port.
 * It never outlives the process that started it, however that process ends.
 */
export interface OwnedServer {
  /** The loopback port, the same after every restart. */
  readonly port: number;
  /** Shuts it down in an orderly way and deletes its data. Calling it again does nothing. */
  stop(): Promise<void>;
  /** Kills it and all its workers with SIGKILL, as a power cut would; the data stay. Resolves when all are gone. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}; a running one is shut down first. Resolves when it answers. */
  restart(): Promise<void>;
  /** Stops all its processes with SIGSTOP: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  /** Lets a frozen server go on. */
  thaw(): Promise<void>;
}

/** The faults of a server that the environment names: it belongs to somebody else and is left alone. */
export function foreignServer(port: number, variable: string): OwnedServer {
  const refuse = async (): Promise<never> => {
    throw new Error(`the server of ${variable} is not ours to break: start one with { own: true }`);
  };
  return { port, stop: async () => {}, kill: refuse, restart: refuse, freeze: refuse, thaw: refuse };
}
