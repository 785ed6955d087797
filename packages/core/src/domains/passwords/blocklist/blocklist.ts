import { fold } from './fold.js';
import { isGuessable } from './is-guessable.js';
import { listContextWords } from './list-context-words.js';
import { loadCommonPasswords } from './load-common-passwords.js';

/** Knows the passwords that attackers try first. */
export interface Blocklist {
  /** Whether a password in NFC is too easy to guess, whatever its case, for somebody of whom one knows `about`. */
  refuses(password: string, about: readonly string[]): Promise<boolean>;
}

/** Whose app it is: words that are refused as they are, and texts that hold such words. */
export interface BlocklistOptions {
  readonly words: readonly string[];
  readonly texts: readonly string[];
}

/**
 * The bundled common passwords (ASVS 6.2.4) and the words of this app and of whoever chooses the password (ASVS 6.2.11).
 *
 * The bundled ones are loaded by the first question and kept.
 */
export function createBlocklist({ words, texts }: BlocklistOptions): Blocklist {
  const appWords = new Set([...words.map(fold), ...listContextWords(texts)]);
  let loading: Promise<ReadonlySet<string>> | undefined;

  return {
    async refuses(password, about) {
      loading ??= loadCommonPasswords();
      const commonPasswords = await loading;
      const ownWords = new Set(listContextWords(about));
      return isGuessable(
        fold(password),
        (word) => commonPasswords.has(word) || appWords.has(word) || ownWords.has(word),
      );
    },
  };
}
