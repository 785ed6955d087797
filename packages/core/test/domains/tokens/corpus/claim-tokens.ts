import { audience, forge, forgeBytes, goodPayload, headerOf, issuer, noon } from '../token-suite.js';
import { expired, type HostileToken, type HostileTokens, invalid, malformed } from './hostile-token.js';

const lifetime = 900;
const leeway = 5;

const notText: readonly unknown[] = [
  undefined,
  null,
  '',
  0,
  1,
  true,
  [],
  ['user-1'],
  {},
  { toString: 'user-1' },
];
const notTime = [
  undefined,
  null,
  '',
  String(noon + 60),
  253_402_300_800,
  -1,
  -noon,
  noon + 0.5,
  1e300,
  true,
  [noon + 60],
  {},
];
const notCount = [undefined, null, '3', -1, 0.5, 2 ** 53, true, [3], {}];
const notList = [
  undefined,
  null,
  '',
  'admin',
  1,
  {},
  [1],
  [null],
  [''],
  ['admin', ['root']],
  { 0: 'admin', length: 1 },
];

/** What each claim must not be, besides {@link timeTokens} and {@link audienceTokens}. */
const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  sub: notText,
  client_id: notText,
  jti: notText,
  sid: notText,
  epoch: notCount,
  roles: notList,
  amr: notList,
  auth_time: notTime,
  // These may be missing.
  tenant: notText.slice(1),
  tenant_epoch: notCount.slice(1),
  roles_version: notCount.slice(1),
  permissions: [...notText.slice(1), 'm.'.padEnd(2049, 'A')],
  nbf: notTime.slice(1),
  iat: notTime,
  exp: notTime,
};

/** Rightly signed tokens with a claim of the wrong type or value. */
export const claimTokens: HostileTokens = (suite) => [
  ...Object.entries(wrongValues).flatMap(([claim, values]) =>
    values.map((value): HostileToken => {
      return [`${claim} ${describeValue(value)}`, invalid, forge(suite, { payload: { [claim]: value } })];
    }),
  ),
  ...[
    '{"__proto__":{"roles":["root"]},',
    '{"x":{"__proto__":{}},',
    '{"x":[[[[[1]]]]],',
    '{"x":{"a":{"b":{"c":{"d":{}}}}},',
  ].map((start): HostileToken => {
    const payload = JSON.stringify(goodPayload()).replace('{', start);
    return [
      `payload starts ${start}`,
      malformed,
      forgeBytes(suite, JSON.stringify(headerOf(suite)), payload),
    ];
  }),
];

/** Rightly signed tokens at the wrong time. */
export const timeTokens: HostileTokens = (suite) => {
  const payloads: readonly (readonly [string, HostileToken[1], object])[] = [
    ['exp is now, with leeway', expired, { iat: noon - lifetime, exp: noon - leeway }],
    ['exp long ago', expired, { iat: 1, exp: 2 }],
    ['exp in milliseconds', invalid, { exp: (noon + 60) * 1000 }],
    ['all times in milliseconds', invalid, { iat: noon * 1000, exp: noon * 1000 + 60 }],
    ['one second longer than a token lives', invalid, { exp: noon + lifetime + 1 }],
    ['a year long', invalid, { exp: noon + 31_536_000 }],
    ['issued long ago, good for years', invalid, { iat: 1, exp: noon + 60 }],
    ['exp is iat', invalid, { iat: noon, exp: noon }],
    ['exp before iat', invalid, { iat: noon + 2, exp: noon + 1 }],
    ['iat beyond leeway', invalid, { iat: noon + leeway + 1, exp: noon + 60 }],
    ['nbf beyond leeway', invalid, { nbf: noon + leeway + 1 }],
    ['nbf far ahead', invalid, { nbf: noon + 800 }],
    ['exp after the year 9999', invalid, { iat: 253_402_300_700, exp: 253_402_300_800 }],
    ['exp at the largest safe number', invalid, { exp: Number.MAX_SAFE_INTEGER }],
  ];
  return payloads.map(([name, code, payload]) => [name, code, forge(suite, { payload })] as const);
};

const wrongIssuers = [
  `${issuer}/`,
  issuer.slice(0, -1),
  issuer.toUpperCase(),
  ` ${issuer}`,
  'https://auth.example.com.evil.example',
  [issuer],
  { [issuer]: true },
  null,
  undefined,
  '',
];

const wrongAudiences = [
  'https://other.example.com',
  `${audience}/`,
  audience.slice(0, -1),
  audience.toUpperCase(),
  ['https://other.example.com'],
  [],
  [[audience]],
  [audience, 1],
  [audience, null],
  [audience, ''],
  { 0: audience, length: 1 },
  null,
  undefined,
  '',
  true,
];

/** Rightly signed tokens of another issuer or for another audience. */
export const audienceTokens: HostileTokens = (suite) => [
  ...wrongIssuers.map((iss): HostileToken => {
    return [`iss ${describeValue(iss)}`, invalid, forge(suite, { payload: { iss } })];
  }),
  ...wrongAudiences.map((aud): HostileToken => {
    return [`aud ${describeValue(aud)}`, invalid, forge(suite, { payload: { aud } })];
  }),
];

function describeValue(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
