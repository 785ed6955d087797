// A unit that no policy would accept by itself adds nothing by being repeated.
const maxFreeUnitLength = 7;
// Shorter parts would make a listed password of almost any text that begins with one.
const minPartLength = 3;

/**
 * Whether `password` is listed or the first thing to try after the list:
 *
 * 1. a listed word;
 * 2. a run: one character repeated (`aaaaaaaa`) or neighbours in a row (`12345678`, `hgfedcba`);
 * 3. a repeated unit of up to 7 characters or a listed one (`dragondragondragon`);
 * 4. two parts, each of them a listed word or a run (`iloveyouforever`, `qwerty123456789`).
 *
 * The third and fourth are what the commonest passwords of 15 characters and more are made of. There is no further rule on
 * purpose: three words and more are a passphrase.
 *
 * @param password in NFC and lower case.
 */
export function isGuessable(password: string, isListed: (word: string) => boolean): boolean {
  const isPart = (text: string) => isListed(text) || isRun(text);
  return isPart(password) || isRepeated(password, isListed) || isMadeOfTwo(password, isPart);
}

function isRun(text: string): boolean {
  let step: number | undefined;
  let last: number | undefined;
  let length = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (last !== undefined) {
      step ??= codePoint - last;
      if (Math.abs(step) > 1 || codePoint - last !== step) return false;
    }
    last = codePoint;
    length++;
  }
  return length >= minPartLength;
}

function isRepeated(text: string, isListed: (word: string) => boolean): boolean {
  for (let length = 1; length <= text.length / 2; length++) {
    // The last repetition may be cut, as it is when somebody fills up to the length that is asked for.
    if (text.slice(length) !== text.slice(0, -length)) continue;
    const unit = text.slice(0, length);
    if ([...unit].length <= maxFreeUnitLength || isListed(unit)) return true;
  }
  return false;
}

function isMadeOfTwo(text: string, isPart: (part: string) => boolean): boolean {
  for (let at = minPartLength; at <= text.length - minPartLength; at++) {
    if (isPart(text.slice(0, at)) && isPart(text.slice(at))) return true;
  }
  return false;
}
