import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { isAuthError } from '@tessera-auth/core';
import { listWithoutEffect, readEnvironment } from './environment.js';
import { type EmployeeSystem, openEmployeeSystem } from './open-employee-system.js';
import { type LiveFeed, serveLive } from './serve-live.js';

/** A server that listens. */
export interface ListeningServer {
  readonly server: Server;
  /** Takes no new requests, and resolves when all that are on their way were answered. */
  close(): Promise<void>;
}

/** Puts the employee system on the web; this is all that differs between the frameworks. */
export type Listen = (system: EmployeeSystem, host: string, port: number) => Promise<ListeningServer>;

/** What a client that never finishes its request may delay the end by. Stores need some of the time too. */
const drainMs = 4000;
/** Whoever asks a process to end kills it soon after, often after 10 s. */
const hardLimitMs = 9500;

/**
 * Runs the example until SIGTERM or SIGINT, then answers what is on its way and exits with 0. What keeps it from
 * starting or from ending well goes to stderr, without any value of the environment, and it exits with 1.
 */
export function runServer(listen: Listen): void {
  const ending = untilSignalled();
  start(listen).then(async (end) => {
    await ending;
    await end().then(() => process.exit(0), fail('did not end well'));
  }, fail('cannot start'));
}

/** @returns what ends it again. */
async function start(listen: Listen): Promise<() => Promise<void>> {
  const environment = readEnvironment(process.env);
  const unused = listWithoutEffect(process.env);
  if (unused.length > 0) console.error(`without effect in this version: ${unused.join(', ')}`);

  const dataFolder = resolve('.data');
  await mkdir(dataFolder, { recursive: true });
  const { system, host, port, close } = await openEmployeeSystem(environment, dataFolder);
  try {
    const listening = await listen(system, host, port);
    const live = serveLive(listening.server, system);
    console.log(`listening on ${listeningUrl(system.publicUrl, host, port)}`);
    return () => drain(listening, live).finally(close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** What to open on this machine: the public URL, unless that leads to a proxy in front of us. */
function listeningUrl(publicUrl: string, host: string, port: number): string {
  const { protocol, port: publicPort } = new URL(publicUrl);
  if (protocol === 'http:' && Number(publicPort || 80) === port) return publicUrl;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function fail(what: string): (error: unknown) => never {
  return (error) => {
    console.error(`${what}: ${describe(error)}`);
    process.exit(1);
  };
}

/** Resolves at the first SIGTERM or SIGINT. From then on the process ends in time, whatever hangs. */
function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      setTimeout(() => process.exit(1), hardLimitMs).unref();
      resolve();
    };
    // Not `once`: Ctrl-C often arrives twice, from the terminal and from the package manager.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  });
}

async function drain({ server, close }: ListeningServer, live: LiveFeed): Promise<void> {
  live.close();
  // A connection that has had its last answer would otherwise be kept for the next request.
  const sweeping = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await close();
  clearInterval(sweeping);
  clearTimeout(timer);
}

/** An outage is explained by what the driver said. */
function describe(error: unknown): string {
  if (isAuthError(error) && error.cause instanceof Error) return `${error.message} ${describe(error.cause)}`;
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : 'for no known reason';
}
