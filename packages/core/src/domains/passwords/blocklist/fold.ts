/** For comparison only: what is hashed keeps its case (ASVS 6.2.8). */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
