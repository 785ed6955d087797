import type { Argon2Parameters } from './argon2-parameters.js';

/** A stored hash whose form and cost have been checked: computing it can neither hang nor exhaust memory. */
export interface StoredHash {
  /** Whether the hash can have been made of this spelling; `false` costs nothing and no computation is needed. */
  canHold(password: string): boolean;
  /** Whether the hash was made of exactly this spelling of a password. */
  isHashOf(password: string): Promise<boolean>;
  /** Whether it protects less than a new hash with `wanted` would. */
  isWeakerThan(wanted: Argon2Parameters): boolean;
}
