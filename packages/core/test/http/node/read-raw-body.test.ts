import { PassThrough, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { maxBodyBytes, readRawBody } from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';

describe('readRawBody', () => {
  it('gives the bytes, whether they come as bytes or as texts', async () => {
    expect(await readRawBody(Readable.from([Buffer.from('a\xff', 'latin1'), 'Ω']))).toEqual(
      Buffer.concat([Buffer.from('a\xff', 'latin1'), Buffer.from('Ω')]),
    );
  });

  it('gives nothing for an empty stream and for one that somebody has read', async () => {
    expect(await readRawBody(Readable.from([]))).toHaveLength(0);
    const read = Readable.from(['gone']);
    await read.toArray();
    expect(await readRawBody(read)).toHaveLength(0);
  });

  it('keeps one byte more than the limit at most, and lets the rest pass by', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.alloc(maxBodyBytes));
    const body = readRawBody(stream);
    stream.write(Buffer.alloc(maxBodyBytes));
    expect(await body).toHaveLength(maxBodyBytes + 1);
    for (let part = 0; part < 10; part += 1) stream.write(Buffer.alloc(maxBodyBytes));
    await nextTurn();
    expect(stream.readableLength).toBe(0);
    expect(stream.listenerCount('data')).toBe(0);
  });

  it('rejects when the stream ends before its end', async () => {
    for (const reason of [undefined, new Error('reset')]) {
      const stream = new PassThrough();
      stream.write('{"a":1}');
      const body = readRawBody(stream);
      stream.destroy(reason);
      await expect(body).rejects.toMatchObject({ statusCode: 400 });
      await expect(readRawBody(stream)).rejects.toMatchObject({ statusCode: 400 });
    }
  });

  it('survives a stream that breaks after it was found too large', async () => {
    const stream = new PassThrough();
    stream.write(Buffer.alloc(maxBodyBytes + 1));
    await readRawBody(stream);
    stream.destroy(new Error('reset'));
    await nextTurn();
    expect(stream.errored).not.toBeNull();
  });
});
