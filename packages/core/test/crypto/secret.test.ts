import { format, inspect } from 'node:util';
import { createAuth, createSecret, memoryStores, type RootSecrets } from '@tessera-auth/core';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { publicUrl, rootSecret } from '../auth-bench.js';

const bytes = Buffer.from(rootSecret);

describe('a secret', () => {
  it.each([
    ['text', (value: unknown) => String(value)],
    ['a template', (value: unknown) => `${value}`],
    ['text that goes on', (value: unknown) => `${value}!`],
    ['JSON', (value: unknown) => JSON.stringify(value)],
    ['JSON of what holds it', (value: unknown) => JSON.stringify({ deep: [{ value }] })],
    ['inspect', (value: unknown) => inspect(value)],
    ['inspect of what holds it', (value: unknown) => inspect({ deep: [{ value }] }, { depth: 9 })],
    ['inspect of all', (value: unknown) => inspect(value, { showHidden: true, depth: 9, getters: true })],
    ['a format', (value: unknown) => format('%s %o %O %j', value, value, value, value)],
    ['a copy', (value: unknown) => inspect({ ...(value as object) }, { showHidden: true, depth: 9 })],
    ['an error', (value: unknown) => inspect(new Error(`no: ${value}`, { cause: value }))],
  ])('does not show as %s', (_way, show) => {
    for (const value of [createSecret(rootSecret), createSecret(bytes)]) {
      const text = show(value);
      expect(text).toContain('[Secret]');
      expect(text).not.toContain(rootSecret.slice(0, 6));
      expect(text).not.toContain(bytes.toString('hex', 0, 4).replaceAll(/(..)(?=.)/g, '$1 '));
    }
  });

  it('gives what it holds to whoever asks for it', () => {
    expect(createSecret(rootSecret).reveal()).toBe(rootSecret);
    expect(createSecret(bytes).reveal()).toBe(bytes);
  });

  it('is text or bytes', () => {
    for (const value of [undefined, null, 7, {}, createSecret(rootSecret)])
      expect(() => createSecret(value as string)).toThrow(TypeError);
  });
});

describe('a root secret that is wrapped', () => {
  it.each<readonly [string, RootSecrets]>([
    ['text', createSecret(rootSecret)],
    ['bytes', createSecret(bytes)],
    ['one of several', [createSecret(rootSecret)]],
    ['with its state', [{ secret: createSecret(rootSecret), state: 'active' }]],
  ])('gives the same keys: %s', (_case, secret) => {
    expect(createKeyRing({ secret }).activeKeyId).toBe(createKeyRing({ secret: rootSecret }).activeKeyId);
  });

  it('is judged like any other', () => {
    expect(() => createKeyRing({ secret: createSecret('short') })).toThrow('at least 32 bytes');
    const hollow = { reveal: () => null } as never;
    expect(() => createKeyRing({ secret: hollow })).toThrow('expected a string or bytes');
  });

  it('makes options that can be printed', () => {
    const options = {
      ...{ publicUrl, stores: memoryStores(), emailVerification: 'off' as const },
      secret: createSecret(rootSecret),
    };
    createAuth(options);
    expect(inspect(options, { depth: 9, showHidden: true })).not.toContain(rootSecret);
    expect(JSON.stringify(options)).not.toContain(rootSecret);
  });
});
