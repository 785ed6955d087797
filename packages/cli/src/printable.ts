/**
 * Text for a terminal. Names of rules are free text: a control character could move the cursor and overwrite what stands
 * there, and one that turns the direction of writing could make it read as something else.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}
