import { inspect } from 'node:util';
import type { KeyPurpose } from '@tessera-auth/core/primitives';

type NamedPurpose = Exclude<KeyPurpose, `seal:${string}`>;
const named: Readonly<Record<NamedPurpose, true>> = {
  access: true,
  'refresh-mac': true,
  'refresh-successor': true,
  csrf: true,
  audit: true,
  'audit-seal': true,
  'rate-limit': true,
  nobody: true,
};

/** Every purpose that a key of the ring is at work for. */
export const keyPurposes: readonly KeyPurpose[] = [
  ...(Object.keys(named) as NamedPurpose[]),
  ...(['seal:totp', 'seal:one-time', 'seal:audit-origin'] as const),
];

/** Values that must turn up nowhere, each under a name that may be printed. */
export interface Canaries {
  /** Watches for a value from now on; what is shorter than 8 bytes would turn up by chance. */
  add(name: string, value: string | Uint8Array): void;
  readonly size: number;
  /** Where any of them is in `thing`: `place: name as form`. Never the value itself. */
  findIn(place: string, thing: unknown, isExpected?: (name: string) => boolean): readonly string[];
}

type Form = readonly [name: string, spelling: string];

export function createCanaries(): Canaries {
  const known = new Map<string, { readonly name: string; readonly forms: readonly Form[] }>();
  return {
    add(name, value) {
      const bytes = Buffer.from(value);
      if (bytes.length >= 8) known.set(bytes.toString('latin1'), { name, forms: listForms(bytes) });
    },
    get size() {
      return known.size;
    },
    findIn(place, thing, isExpected = () => false) {
      const text = textOf(thing);
      const leaks: string[] = [];
      for (const { name, forms } of known.values()) {
        if (isExpected(name)) continue;
        for (const [form, spelling] of forms)
          if (text.includes(spelling)) leaks.push(`${place}: ${name} as ${form}`);
      }
      return leaks;
    },
  };
}

/** A value as logs, URLs and headers may spell it. */
function listForms(bytes: Buffer): readonly Form[] {
  const text = bytes.toString();
  const hex = bytes.toString('hex');
  return [
    ['text', text],
    ['URL-encoded text', encodeURIComponent(text)],
    ['JSON text', JSON.stringify(text).slice(1, -1)],
    ['hex', hex],
    ['upper-case hex', hex.toUpperCase()],
    ['a printed buffer', hex.slice(0, 40).replaceAll(/(..)(?=.)/g, '$1 ')],
    ['a printed array', bytes.subarray(0, 6).join(', ')],
    ['JSON of bytes', bytes.subarray(0, 6).join(',')],
    ...[0, 1, 2].flatMap((offset) => listBase64(bytes, offset)),
  ];
}

/** What stays the same of base64 whatever is before and behind: `offset` bytes stand before it in its group of three. */
function listBase64(bytes: Buffer, offset: number): readonly Form[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const own = (encoding: 'base64' | 'base64url') =>
    whole.toString(encoding, 0, whole.length - (whole.length % 3)).slice(offset === 0 ? 0 : 4);
  return [
    [`base64 (${offset})`, own('base64')],
    [`base64url (${offset})`, own('base64url')],
    [`URL-encoded base64 (${offset})`, encodeURIComponent(own('base64'))],
  ];
}

/** Everything that printing something in one way or another shows. */
function textOf(thing: unknown): string {
  if (typeof thing === 'string') return thing;
  const all = { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: 1e9 };
  return [inspect(thing, all), toJson(thing), ...listErrorTexts(thing)].join('\n');
}

function listErrorTexts(thing: unknown): readonly string[] {
  if (!(thing instanceof Error)) return [];
  return [String(thing), thing.stack ?? '', ...listErrorTexts(thing.cause)];
}

/** JSON where there is any: what holds itself has none. */
function toJson(thing: unknown): string {
  try {
    return JSON.stringify(thing) ?? '';
  } catch {
    return '';
  }
}
