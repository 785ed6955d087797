/** A file in pieces, as streams of Node.js and of the web give it. */
export type TextChunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** The longest row that is read, in characters. */
export const maxRowLength = 65_536;

/** The pieces as text, without a byte order mark; ends with `null` where the bytes are no UTF-8. */
export async function* readText(chunks: TextChunks): AsyncGenerator<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isBeginning = true;
  const decode = (chunk: string | Uint8Array | null): string | null => {
    if (typeof chunk === 'string') return chunk;
    try {
      return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      return null;
    }
  };
  const withoutMark = (text: string): string => (isBeginning ? text.replace(/^\uFEFF/, '') : text);

  for await (const chunk of chunks) {
    const text = decode(chunk);
    if (text === null) return yield null;
    if (text === '') continue;
    yield withoutMark(text);
    isBeginning = false;
  }
  const rest = decode(null);
  if (rest !== '') yield rest;
}

/** A line of a text, with its number. */
export interface TextLine {
  readonly line: number;
  /** `null` for one that is too long. */
  readonly text: string | null;
  /** Nothing from here on can be read: the bytes are no UTF-8. */
  readonly isUnreadable?: true;
}

/** The lines of a text. */
export async function* readLines(chunks: TextChunks): AsyncGenerator<TextLine> {
  let line = 1;
  let text: string | null = '';
  for await (const piece of readText(chunks)) {
    if (piece === null) return yield { line, text: null, isUnreadable: true };
    const [first = '', ...others] = piece.split('\n');
    text = join(text, first);
    for (const next of others) {
      yield { line, text };
      line += 1;
      text = join('', next);
    }
  }
  if (text !== '') yield { line, text };
}

function join(text: string | null, more: string): string | null {
  return text === null || text.length + more.length > maxRowLength ? null : text + more;
}
