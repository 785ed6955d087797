import { fold } from './fold.js';

// Shorter ones would make guessable what merely ends with them.
const minWordLength = 3;

/**
 * The words that `texts` give away to a guesser, such as addresses, names and hosts: each text without white space, what is
 * before and after its `@`, these without any signs, and every run of letters and digits in it (ASVS 6.2.11). Folded, none
 * shorter than 3 characters.
 */
export function listContextWords(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => {
    const whole = fold(text).replaceAll(/\s/gu, '');
    const halves = whole.split('@');
    return [
      whole,
      ...halves,
      ...halves.map((half) => half.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')),
      ...fold(text).split(/[^\p{L}\p{M}\p{N}]+/u),
    ];
  });
  return [...new Set(words)].filter((word) => [...word].length >= minWordLength);
}
