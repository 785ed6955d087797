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
    record: (...events) => context.record(...events.map((event) => ({ ...event, ...source }))),
    atomically: (work) => context.atomically((inner) => work(forRequest(inner, source))),
  };
}
