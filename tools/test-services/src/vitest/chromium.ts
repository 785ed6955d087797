import type { TestProject } from 'vitest/node';
import { findChromium } from '../chromium.js';

/** Global setup for projects with browser tests: `inject('chromiumPath')`. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('chromiumPath', await findChromium());
}
