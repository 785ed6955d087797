import { inspect } from 'node:util';

const shown = '[Secret]';

/**
 * A value that does not show itself: text, JSON and `util.inspect` of it, alone or within another object, are `[Secret]`.
 * What is printed by accident then holds nothing (ASVS 16.2.5).
 */
export interface Secret<Value extends string | Uint8Array = string | Uint8Array> {
  /** The value itself, not a copy. Dangerous: what is done with it is no concern of this object any more. */
  reveal(): Value;
  /** `[Secret]`. */
  toString(): string;
  /** `[Secret]`. */
  toJSON(): string;
}

/** Wraps text or bytes. @throws `TypeError` for anything else, never holding it. */
export function createSecret<Value extends string | Uint8Array>(value: Value): Secret<Value> {
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    throw new TypeError('secret: expected a string or bytes');
  const show = (): string => shown;
  return Object.freeze({ reveal: () => value, toString: show, toJSON: show, [inspect.custom]: show });
}

/** Whether `value` is a {@link Secret}, also one made by another copy of this package. */
export function isSecret(value: unknown): value is Secret {
  return (
    typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function'
  );
}
