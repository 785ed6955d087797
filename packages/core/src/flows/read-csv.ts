import { maxRowLength, readText, type TextChunks } from './read-text.js';

/** A record of CSV, with the line that it begins in. */
export interface CsvRecord {
  readonly line: number;
  /** `null`: quotes where there must not be any, or too long. `'unreadable'`: nothing after that can be read. */
  readonly fields: readonly string[] | null | 'unreadable';
}

/** The records of CSV (RFC 4180), without empty lines. Fields in quotes may hold anything, line breaks too. */
export async function* readCsv(chunks: TextChunks, delimiter: string): AsyncGenerator<CsvRecord> {
  let line = 1;
  let record = startRecord(line);
  for await (const text of readText(chunks)) {
    if (text === null) return yield { line: record.line, fields: 'unreadable' };
    for (const character of text) {
      if (character === '\n') line += 1;
      if (character === '\n' && record.place !== 'quoted') {
        if (!isBlank(record)) yield finish(record);
        record = startRecord(line);
        continue;
      }
      take(record, character, delimiter);
      if (record.length > maxRowLength && record.place === 'quoted')
        return yield { line: record.line, fields: 'unreadable' };
    }
  }
  if (record.place === 'quoted') yield { line: record.line, fields: 'unreadable' };
  else if (!isBlank(record)) yield finish(record);
}

interface RecordInProgress {
  readonly line: number;
  readonly fields: string[];
  field: string;
  /** `closed`: after the quote that ends a field, or before the second of two that stand for one. `ended`: only after it. */
  place: 'start' | 'plain' | 'quoted' | 'closed' | 'ended';
  length: number;
  isMalformed: boolean;
}

function startRecord(line: number): RecordInProgress {
  return { line, fields: [], field: '', place: 'start', length: 0, isMalformed: false };
}

function take(record: RecordInProgress, character: string, delimiter: string): void {
  record.length += 1;
  if (record.place === 'quoted') {
    if (character === '"') record.place = 'closed';
    else append(record, character);
    return;
  }
  if (character === delimiter) {
    // Of a row that is too long nothing more is kept: it may have no end.
    if (record.length <= maxRowLength) record.fields.push(record.field);
    record.field = '';
    record.place = 'start';
    return;
  }
  if (character === '"') {
    if (record.place === 'closed') append(record, character);
    // Where it does not begin a field it is a mistake, and must not take the lines that follow along.
    if (record.place === 'plain' || record.place === 'ended') record.isMalformed = true;
    else record.place = 'quoted';
    return;
  }
  if (record.place === 'closed' && character === '\r') {
    // The line break of Windows, of which the second half comes next.
    record.place = 'ended';
    return;
  }
  // The field is over, and no quote after this begins one.
  if (record.place === 'closed' || record.place === 'ended') record.isMalformed = true;
  record.place = 'plain';
  append(record, character);
}

/** What is too long is not kept, and refused as a whole. */
function append(record: RecordInProgress, character: string): void {
  if (record.length <= maxRowLength) record.field += character;
}

function finish({ line, fields, field, place, length, isMalformed }: RecordInProgress): CsvRecord {
  if (isMalformed || length > maxRowLength) return { line, fields: null };
  return { line, fields: [...fields, place === 'plain' ? field.replace(/\r$/, '') : field] };
}

function isBlank({ fields, field, place }: RecordInProgress): boolean {
  return fields.length === 0 && (place === 'start' || (place === 'plain' && field === '\r'));
}
