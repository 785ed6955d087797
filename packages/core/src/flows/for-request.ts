import type { RequestSource } from '../events.js';
import type { FlowContext } from './flow-context.js';

/** The same context for one request: what is recorded names it. */
export function forRequest(context: FlowContext, source: RequestSource): FlowContext {
  const { limits } = context;
  return {
    ...context,
    limits: {
      ...limits,
      take: (zone, subject) => limits.take(zone, subject, () => source),
      require: (zone, subject) => limits.require(zone, subject, () => source),
    },
    reportError: (error) => context.reportError(error, source),
    record: (event) => context.record({ ...event, ...source }),
    atomically: (work) => context.atomically((inner) => work(forRequest(inner, source))),
  };
}
