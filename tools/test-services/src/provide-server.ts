import { type ContainerPlan, hasContainerEngine, startContainer } from './container.js';
import { installPackage, type PackageNames } from './install-package.js';
import type { OwnedServer } from './owned-server.js';

/** Where a program can come from. */
export interface ProgramSource {
  /** For messages. */
  readonly name: string;
  /** Where it is on this machine, or `null`. */
  readonly find: () => Promise<string | null>;
  readonly packages: PackageNames;
}

/** Where a server can come from. */
export interface ServerSource extends ProgramSource {
  /** The environment variable with which somebody may name a server of theirs. */
  readonly variable: string;
  /** Starts the program that was found. */
  readonly start: (program: string) => Promise<OwnedServer>;
  readonly container: ContainerPlan;
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
  const remedy = `Or set ${source.variable} to an empty one.`;
  return source.start(await provideProgram(source, remedy));
}

/**
 * The path of a program: on this machine, else from what the package manager installs.
 *
 * @param remedy what else the reader of the error could do.
 * @throws `Error` that says what to install when there is no way to have it.
 */
export async function provideProgram(source: ProgramSource, remedy?: string): Promise<string> {
  const found = await source.find();
  if (found !== null) return found;
  const refusal = await installPackage(source.packages);
  const installed = await source.find();
  if (installed !== null) return installed;
  const message = `no ${source.name} for the tests: ${refusal ?? 'its package does not have it'}.`;
  throw new Error(remedy === undefined ? message : `${message} ${remedy}`);
}
