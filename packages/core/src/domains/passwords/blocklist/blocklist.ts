import { isGuessable } from './is-guessable.js';
import { loadCommonPasswords } from './load-common-passwords.js';

/** Knows the passwords that attackers try first. */
export interface Blocklist {
  /** Whether a password in NFC is too easy to guess, whatever its case. */
  refuses(password: string): Promise<boolean>;
}

/**
 * The bundled common passwords (ASVS 6.2.4) and the `words` of this app (ASVS 6.2.11).
 *
 * The bundled ones are loaded by the first question and kept.
 */
export function createBlocklist(words: readonly string[]): Blocklist {
  const contextWords = new Set(words.map(fold));
  let loading: Promise<ReadonlySet<string>> | undefined;

  return {
    async refuses(password) {
      loading ??= loadCommonPasswords();
      const commonPasswords = await loading;
      return isGuessable(fold(password), (word) => commonPasswords.has(word) || contextWords.has(word));
    },
  };
}

// For comparison only: what is hashed keeps its case (ASVS 6.2.8).
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
