// RFC 8259 §4 leaves open what two members with one name mean: one parser takes the first, another the last.
import { createRouter, defineRoute, type HttpResponse, respondJson } from '@tessera-auth/core/http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestOf } from './http-bench.js';

const router = createRouter([
  defineRoute({
    method: 'POST',
    path: '/',
    summary: 'Says it again',
    body: z.unknown(),
    answers: { 200: 'The same value' },
    handle: ({ body }) => respondJson(200, { body }),
  }),
]);

async function echo(body: unknown): Promise<HttpResponse> {
  const headers = { 'content-type': 'application/json' };
  const answer = await router.answer('/', requestOf({ method: 'POST', url: '/', headers, body }));
  if (answer === null) throw new Error('no route');
  return answer;
}

async function read(body: unknown): Promise<unknown> {
  const { status, body: text } = await echo(body);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text ?? '').body;
}

const name = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => text !== '__proto__');
const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }).filter((given) => {
  const text = JSON.stringify(given);
  return !text.includes('\\u0000') && !text.includes('"__proto__"') && Buffer.byteLength(text) < 60_000;
});

describe('a body that is not ambiguous', () => {
  it('is read as JSON.parse reads it: from text, from bytes, indented or escaped', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(0, 1, '\t', '\r\n '), async (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        const escaped = text.replaceAll(
          /[^\x20-\x7e\s]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        for (const form of [text, Buffer.from(text), new Uint8Array(Buffer.from(escaped))]) {
          expect(await read(form)).toEqual(JSON.parse(text));
        }
      }),
    );
  });

  it.each([
    '{"a":{"x":1},"b":{"x":2}}',
    '[{"x":1},{"x":1}]',
    '{"a":"\\"a\\":","b":"{[\\\\"}',
    '"a"',
    '[]',
    '{"":0}',
  ])('is read: %s', async (text) => {
    expect(await read(text)).toEqual(JSON.parse(text));
  });
});

describe('a body that two parsers read differently', () => {
  it('is refused wherever the repeated name is and however it is spelled', async () => {
    const spelling = fc.constantFrom(
      (text: string) => JSON.stringify(text),
      (text: string) =>
        `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`,
    );
    const path = fc.array(fc.constantFrom('[', '{'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        name.filter((text) => !text.includes('\0')),
        spelling,
        spelling,
        path,
        async (member, first, second, around) => {
          const core = `{${first(member)}:1, "other ${member.length}":[{}] ,${second(member)} : 2}`;
          const text = around.reduceRight(
            (inner, open) => (open === '[' ? `[0,${inner}]` : `{"k":${inner}}`),
            core,
          );
          const { status, body } = await echo(text);
          expect([status, JSON.parse(body ?? '').code]).toEqual([400, 'body_malformed']);
        },
      ),
    );
  });

  it('never becomes anything but an answer, whatever the bytes are', async () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary', maxLength: 64 }));
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const { status } = await echo(body);
        expect([200, 400, 422]).toContain(status);
      }),
      { numRuns: 500 },
    );
  });
});
