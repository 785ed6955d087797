import {
  base64Url,
  forge,
  forgeBytes,
  goodPayload,
  headerOf,
  signText,
  type TokenSuite,
} from '../token-suite.js';
import { type HostileToken, type HostileTokens, invalid, malformed } from './hostile-token.js';

/** Other spellings of a good token, and texts that are none. */
export const spellingTokens: HostileTokens = (suite) => {
  const token = forge(suite);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const tampered: readonly HostileToken[] = [
    ['empty', malformed, ''],
    ['dots only', malformed, '..'],
    ['one segment', malformed, header],
    ['two segments', malformed, `${header}.${payload}`],
    ['four segments', malformed, `${token}.AAAA`],
    ['five segments, as an encrypted token has', malformed, `${token}.AAAA.AAAA`],
    ['trailing dot', malformed, `${token}.`],
    ['leading dot', malformed, `.${token}`],
    ['empty header', malformed, `.${payload}.${signature}`],
    ['empty payload', malformed, `${header}..${signature}`],
    ['empty signature', malformed, `${header}.${payload}.`],
    ['padded signature', invalid, `${token}=`],
    ['white space before', malformed, ` ${token}`],
    ['white space behind', invalid, `${token} `],
    ['line end behind', invalid, `${token}\n`],
    ['NUL behind', invalid, `${token}\0`],
    [
      'line end in the signature',
      invalid,
      `${header}.${payload}.${signature.slice(0, 9)}\n${signature.slice(9)}`,
    ],
    ['unused bits set in the signature', invalid, `${header}.${payload}.${otherSpelling(signature)}`],
    ['percent encoding', malformed, token.replaceAll('.', '%2E')],
    ['Bearer in front', malformed, `Bearer ${token}`],
    ['JSON serialisation', malformed, JSON.stringify({ protected: header, payload, signature })],
    ['over 8 kB', malformed, forge(suite, { payload: { roles: ['r'.repeat(8192)] } })],
    ['over 1 MB', malformed, `${token}${'A'.repeat(1_048_576)}`],
    ['letters that end in the same byte', malformed, `${header}.${aliased(payload)}.${signature}`],
    ['header letters that end in the same byte', malformed, `${aliased(header)}.${payload}.${signature}`],
    ['signature letters that end in the same byte', invalid, `${header}.${payload}.${aliased(signature)}`],
  ];
  return [...tampered, ...signedSpellings(suite)];
};

// The signature is right over the odd spelling itself: nothing but the spelling speaks against these.
function signedSpellings(suite: TokenSuite): readonly HostileToken[] {
  const header = base64Url(JSON.stringify(headerOf(suite)));
  const payload = base64Url(JSON.stringify(goodPayload()));
  const standard = Buffer.from(JSON.stringify({ ...goodPayload(), tenant: 'a>>>???b' })).toString('base64');
  const spellings = {
    'the standard alphabet': standard.replaceAll('=', ''),
    padding: payload.padEnd(payload.length + 4 - (payload.length % 4), '='),
    'unused bits set': otherSpelling(payload),
    'a line end': `${payload.slice(0, 8)}\n${payload.slice(8)}`,
    'a space': `${payload} `,
    'a letter outside the alphabet': `${payload}!`,
    'a length that no bytes have': payload.slice(0, 1 - (payload.length % 4) || undefined),
  };
  return Object.entries(spellings).flatMap(([name, spelling]) => [
    [`payload with ${name}, signed`, malformed, signText(suite, `${header}.${spelling}`)] as const,
    [`header with ${name}, signed`, malformed, signText(suite, `${spelling}.${payload}`)] as const,
  ]);
}

/** Tokens whose JSON two parsers may read differently. */
export const jsonTokens: HostileTokens = (suite) => {
  const json = JSON.stringify(goodPayload());
  const texts = {
    'a duplicate sub': json.replace('"sub":', '"sub":"admin","sub":'),
    'a duplicate sub with an escape': json.replace('"sub":', '"s\\u0075b":"admin","sub":'),
    'an equal duplicate': json.replace('"epoch":3', '"epoch":3,"epoch":3'),
    'a duplicate in an unknown member': json.replace('{', '{"x":{"a":1,"a":2},'),
    'white space inside': json.replace('"sub":', '"sub": '),
    'white space behind': `${json}\n`,
    'a byte order mark': `\ufeff${json}`,
    'a comment': json.replace('{', '{/**/'),
    'a trailing comma': json.replace('}', ',}'),
    'single quotes': json.replaceAll('"', "'"),
    'an escaped letter': json.replace('acme', '\\u0061cme'),
    'a number with a fraction': json.replace('"epoch":3', '"epoch":3.0'),
    'a number with an exponent': json.replace('"epoch":3', '"epoch":3e0'),
    'a number with a leading zero': json.replace('"epoch":3', '"epoch":03'),
    'minus zero': json.replace('"epoch":3', '"epoch":-0'),
    'an endless number': json.replace(/"exp":\d+/, '"exp":1e999'),
    'a list': `[${json}]`,
    'a string': JSON.stringify(json),
    null: 'null',
    true: 'true',
    'a number': '1',
    nothing: ' ',
    'half an object': json.slice(0, -1),
    'two objects': json + json,
    'lists nested without end': `[`.repeat(5000),
    'lists nested deeply': json.replace('{', `{"x":${'['.repeat(2500)}${']'.repeat(2500)},`),
  };
  const header = JSON.stringify(headerOf(suite));
  return [
    ...Object.entries(texts).map(
      ([name, text]) => [`payload: ${name}`, malformed, forgeBytes(suite, header, text)] as const,
    ),
    ...[[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]].map((bytes) => {
      const [before = '', behind = ''] = json.split('acme');
      const payload = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(behind)]);
      return [`payload: invalid UTF-8 ${bytes}`, malformed, forgeBytes(suite, header, payload)] as const;
    }),
  ];
};

// The same bytes to a lenient decoder: the last letter carries bits that no byte uses.
function otherSpelling(text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (text.length % 4 === 0) throw new Error('This text uses all of its bits.');
  return text.slice(0, -1) + letters[letters.indexOf(text.at(-1) ?? '') ^ 1];
}

function aliased(text: string): string {
  return String.fromCharCode(text.charCodeAt(0) + 0x100) + text.slice(1);
}
