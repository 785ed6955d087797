import type { Clock } from '../clock.js';
import type { AuthEvent } from '../events.js';
import type { NewNotice, Notice, Notify } from '../notices.js';

/** Where events and notices leave the library. Nothing here throws, and nobody waits for it. */
export interface Outbox {
  /** Tells the app what happened. */
  tell(event: AuthEvent): void;
  /** Has the app send a message. */
  send(notice: NewNotice): void;
}

/** Hears of what went wrong where nobody waits. */
export type Fail = (error: unknown) => void;

/** What the app listens with. */
export interface OutboxOptions {
  readonly onEvent: ((event: AuthEvent) => void | Promise<void>) | undefined;
  readonly notify: Notify | undefined;
  readonly fail: Fail;
  readonly clock: Clock;
}

/** Tells the app, or warns; what it throws is warned about as well. Never throws. */
export function createFail(onEventError: Fail | undefined): Fail {
  const hear =
    onEventError ?? ((error: unknown) => process.emitWarning(`a listener failed: ${nameOf(error)}`));
  return (error) =>
    void Promise.resolve(error)
      .then(hear)
      .catch((again: unknown) => process.emitWarning(`onEventError failed: ${nameOf(again)}`));
}

/** An outbox to the app's listeners. One that fails must not fail the user: what it was told about has already happened. */
export function createOutbox({ onEvent, notify, fail, clock }: OutboxOptions): Outbox {
  const deliver = <Message>(
    message: Message,
    listener: ((message: Message) => void | Promise<void>) | undefined,
  ): void => {
    if (listener === undefined) return;
    // A promise from the start, so that a listener that throws at once ends up in the same place.
    void Promise.resolve(message).then(listener).catch(fail);
  };
  return {
    tell: (event) => deliver(event, onEvent),
    send: (notice) => deliver({ ...notice, at: new Date(clock.now()) } as Notice, notify),
  };
}

/** An outbox that keeps what it is given until it is certain. */
export interface HeldOutbox extends Outbox {
  /** Hands all of it on. */
  release(): void;
}

/** For a transaction: what it tells of may still be undone. */
export function holdBack(outbox: Outbox): HeldOutbox {
  const held: (() => void)[] = [];
  return {
    tell: (event) => void held.push(() => outbox.tell(event)),
    send: (notice) => void held.push(() => outbox.send(notice)),
    release: () => {
      for (const hand of held) hand();
    },
  };
}

/** The kind of the error only: its message may hold what the listener was handed. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
