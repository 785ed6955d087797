import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NodeApp, NodeReply, NodeRequest, NodeSettings } from './node-app.js';

/** A process of its own, in which apps can be opened. */
export interface NodeProcess {
  /** Opens an app there. What is under way when the process ends rejects. */
  open(settings: NodeSettings): Promise<NodeApp>;
  /** SIGSTOP: it is there, and nothing happens in it. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** SIGKILL: it ends without a last word. */
  kill(): Promise<void>;
}

interface Waiter {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** What of {@link NodeRequest} the caller decides. */
type Ask = (method: NodeRequest['method'], rest: object) => Promise<unknown>;

const program = fileURLToPath(new URL('../programs/node.ts', import.meta.url));
const methods = {
  register: true,
  signIn: true,
  beginSignIn: true,
  finishSignIn: true,
  refresh: true,
  end: true,
  check: true,
  listSessions: true,
  watch: true,
  endWatch: true,
  dieAtRefresh: true,
  settled: true,
  status: true,
  countEvents: true,
  moveClock: true,
  deleteEverything: true,
  close: true,
} as const satisfies Record<keyof NodeApp, true>;

/** Starts a process and waits until it is there. It ends with this one, however that ends. */
export async function startNodeProcess(): Promise<NodeProcess> {
  const child = fork(program, {
    execArgv: ['--conditions', '@tessera-auth/source', '--import', 'tsx'],
    // Dates stay dates.
    serialization: 'advanced',
    stdio: 'inherit',
  });
  const waiters = new Map<NodeReply['id'], Waiter>();
  const wait = (id: NodeReply['id']): Promise<unknown> =>
    new Promise((resolve, reject) => waiters.set(id, { resolve, reject }));
  const ready = wait('ready');
  let lastId = 0;

  child.on('message', (reply: NodeReply) => {
    const waiter = waiters.get(reply.id);
    waiters.delete(reply.id);
    if ('error' in reply) waiter?.reject(new Error(reply.error));
    else waiter?.resolve('output' in reply ? reply.output : undefined);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiters.values()) reject(new Error(`the process ended with ${signal ?? code}`));
    waiters.clear();
  });
  const send = (request: NodeRequest): Promise<unknown> => {
    if (!child.connected) return Promise.reject(new Error('the process has ended'));
    const output = wait(request.id);
    child.send(request);
    return output;
  };

  await ready;
  return {
    async open(settings) {
      const ask: Ask = (method, rest) => {
        lastId += 1;
        return send({ id: lastId, app: settings.name, method, ...rest } as NodeRequest);
      };
      await ask('open', { settings });
      return createRemoteApp(ask);
    },
    freeze: () => signal(child, 'SIGSTOP'),
    thaw: () => signal(child, 'SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      signal(child, 'SIGKILL');
      await exit;
    },
  };
}

function createRemoteApp(ask: Ask): NodeApp {
  const names = Object.keys(methods) as (keyof NodeApp)[];
  const calls = names.map((method) => [method, (input?: unknown) => ask(method, { input })]);
  return Object.fromEntries(calls) as NodeApp;
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (!child.kill(name)) throw new Error(`the process is not there for ${name}`);
}
