import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinary } from './find-binary.js';

const run = promisify(execFile);

/** The name of a package with each package manager. */
export interface PackageNames {
  readonly apt: string;
  readonly brew: string;
}

/**
 * Installs a package with the machine's own package manager: apt-get where we are root (a container, a CI runner),
 * Homebrew where `CI=true` or `TEST_INSTALL=1` says that this machine may be changed.
 *
 * @returns `null` when installed, else the reason why not, in words for the person who runs the tests.
 */
export async function installPackage({ apt, brew }: PackageNames): Promise<string | null> {
  const isRoot = process.getuid?.() === 0;
  const aptGet = await findBinary('apt-get');
  if (aptGet !== null && isRoot) {
    return attempt(`apt-get install ${apt}`, async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await run(aptGet, ['update', '-q'], { env });
      await run(aptGet, ['install', '-y', '-q', '--no-install-recommends', apt], { env, maxBuffer: 1 << 26 });
    });
  }
  const brewPath = await findBinary('brew');
  if (brewPath !== null) {
    const mayInstall = process.env.CI === 'true' || process.env.TEST_INSTALL === '1';
    if (!mayInstall) return `run "brew install ${brew}", or set TEST_INSTALL=1 and it is done for you`;
    return attempt(`brew install ${brew}`, () => run(brewPath, ['install', brew], { maxBuffer: 1 << 26 }));
  }
  return aptGet === null
    ? 'there is neither apt-get nor Homebrew here to install it with'
    : `run "sudo apt-get install ${apt}"`;
}

async function attempt(command: string, install: () => Promise<unknown>): Promise<string | null> {
  process.stderr.write(`installing for the tests: ${command}\n`);
  try {
    await install();
    return null;
  } catch (error) {
    return `"${command}" failed: ${(error as Error).message.trim().split('\n').slice(-3).join(' ')}`;
  }
}
