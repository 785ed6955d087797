import type { FlowContext } from './flow-context.js';

/** Waits for what is left to do once the rest is certain. What fails is reported, and whoever asked gets their answer all the same. */
export async function tidyUp(
  { reportError }: Pick<FlowContext, 'reportError'>,
  ...work: readonly Promise<unknown>[]
): Promise<void> {
  await Promise.all(work.map((one) => one.catch((error: unknown) => reportError(error))));
}
