import type { OwnedServer } from './owned-server.js';

/**
 * Waits for servers that start side by side.
 *
 * @throws what the first of them failed with, when those that did start are gone again.
 */
export async function startedTogether<T extends OwnedServer>(starts: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(starts);
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return servers;
  await stopTogether(servers);
  throw failure.reason;
}

/** Ends servers, frozen and killed ones too, and deletes their data. None waits for another that is gone already. */
export async function stopTogether(servers: readonly OwnedServer[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      await server.kill();
      await server.stop();
    }),
  );
}
