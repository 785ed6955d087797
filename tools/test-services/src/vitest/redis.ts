import type { TestProject } from 'vitest/node';
import { startRedis } from '../redis.js';
import { sharedService } from './shared-service.js';

const redis = sharedService('redis', startRedis, (server) => server.stop());

/** Global setup for projects that test against Redis: `inject('redisUrl')`. */
export async function setup(project: TestProject): Promise<void> {
  const { url } = await redis.use();
  project.provide('redisUrl', url);
}

/** Stops the server with the last project. */
export const teardown = (): Promise<void> => redis.leave();
