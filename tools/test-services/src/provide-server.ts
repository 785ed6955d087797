import { type ContainerPlan, hasContainerEngine, startContainer } from './container.js';
import { installPackage, type PackageNames } from './install-package.js';
import type { OwnedServer } from './owned-server.js';

/** Where a server can come from. */
export interface ServerSource {
  /** For messages. */
  readonly name: string;
  /** The environment variable with which somebody may name a server of theirs. */
  readonly variable: string;
  /** Where its program is on this machine, or `null`. */
  readonly find: () => Promise<string | null>;
  /** Starts the program that was found. */
  readonly start: (program: string) => Promise<OwnedServer>;
  readonly container: ContainerPlan;
  readonly packages: PackageNames;
}

/**
 * Starts a server: from a program on this machine, else in a container, else from what the package manager installs.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function provideServer(source: ServerSource): Promise<OwnedServer> {
  const found = await source.find();
  if (found !== null) return source.start(found);
  if (await hasContainerEngine()) return startContainer(source.container);
  const refusal = await installPackage(source.packages);
  const installed = await source.find();
  if (installed !== null) return source.start(installed);
  const reason = refusal ?? 'the package has no server';
  throw new Error(`no ${source.name} for the tests: ${reason}. Or set ${source.variable} to an empty one.`);
}
