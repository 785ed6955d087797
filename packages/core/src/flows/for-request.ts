import type { NewAuthEvent, RequestSource } from '../events.js';
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
    record: (...events) => context.record(...events.map((event) => ofRequest(event, source))),
    atomically: (work) => context.atomically((inner) => work(forRequest(inner, source))),
    recorded: (work) => context.recorded((inner) => work(forRequest(inner, source))),
  };
}

/**
 * The event with the request that it came with. Who was signed in is the actor, where the event names none itself and is not about
 * them: about nobody, or about somebody else.
 */
export function ofRequest<Event extends Pick<NewAuthEvent, 'userId'>>(
  event: Event,
  { actorId, ...source }: RequestSource,
): Event & Omit<RequestSource, 'actorId'> {
  const isActorMissing = actorId !== undefined && actorId !== event.userId && !('actorId' in event);
  return { ...event, ...source, ...(isActorMissing && { actorId }) };
}
