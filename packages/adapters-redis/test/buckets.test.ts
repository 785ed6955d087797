import { redisStores } from '@tessera-auth/adapters-redis';
import { createTestClock } from '@tessera-auth/core/testing';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createClient, freshPrefix, listKeys } from './support/fresh-stores.js';

/** The slot of a text, as the Redis Cluster specification says: CRC16 (XMODEM) modulo 16384. */
function slotOf(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc % 16_384;
}

/** An id whose tag begins with the 5 bits of `bucket`. */
function idIn(bucket: number, rest: number): string {
  const id = Buffer.alloc(16);
  id[0] = (bucket << 3) | rest;
  return id.toString('base64url');
}

const client = createClient(inject('redisUrl'));
afterAll(() => client.disconnect());

const keyPrefix = freshPrefix();
const clock = createTestClock();
const until = new Date(clock.now() + 60_000);
const { revocations } = redisStores({ client, keyPrefix, clock });
const numbers = Array.from({ length: 32 }, (_, index) => index);
beforeAll(async () => {
  const ids = numbers.flatMap((bucket) => [0, 7].map((rest) => idIn(bucket, rest)));
  await revocations.add(ids.map((sessionId) => ({ kind: 'session', sessionId, until })));
});

it('slots are counted here as the specification does', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('foo')).toBe(12_182);
});

it('the first 5 bits of an id tell in which 32nd of the slots it lies', async () => {
  const keys = await listKeys(client, keyPrefix);
  for (const bucket of numbers) {
    for (const rest of [0, 7]) {
      const key = keys.find((name) => name.endsWith(`:revoked:session:${idIn(bucket, rest)}`)) ?? '';
      const [, name = ''] = /^[^{]*\{(\w+)\}/.exec(key) ?? [];
      expect(Math.floor(slotOf(name) / 512), `${key} lies in slot ${slotOf(name)}`).toBe(bucket);
      expect(keys).toContain(`${keyPrefix}tessera:{${name}}:log`);
    }
  }
});

it('there are no more than 32 logs, whatever the ids look like', async () => {
  const ids = ['', '-', 'ab', '{x}', 'z'.repeat(255), ...numbers.map((index) => `any ${index}`)];
  await revocations.add(ids.map((sessionId) => ({ kind: 'session', sessionId, until })));
  await revocations.add(numbers.map((index) => ({ kind: 'token', jti: `j${index}`, until })));
  expect((await listKeys(client, keyPrefix)).filter((key) => key.endsWith(':log')).length).toBe(32);
});
