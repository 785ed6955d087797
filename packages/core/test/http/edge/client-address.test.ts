import type { HttpRequest } from '@tessera-auth/core/http';
import { describe, expect, it, vi } from 'vitest';
import { createHttpBench, credentials, ownPage } from '../http-bench.js';

type Headers = Readonly<Record<string, string>>;

/** Where a request comes from, behind these proxies. */
function locate(trustedProxies: readonly string[], peer: string | undefined, headers: Headers = {}) {
  const { http } = createHttpBench({ http: { trustedProxies } });
  return http.locate({ method: 'GET', originalUrl: '/', headers, socket: { remoteAddress: peer } });
}

const ipOf = (...given: Parameters<typeof locate>) => locate(...given).ip;
const from = (forwarded: string): Headers => ({ 'x-forwarded-for': forwarded });

describe('without proxies the client is who connects', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
    [undefined, null],
    ['', null],
  ])('%s', (peer, ip) => {
    expect(ipOf([], peer)).toBe(ip);
  });

  it('whatever its headers say', () => {
    const headers = {
      ...from('198.51.100.1'),
      'x-real-ip': '198.51.100.1',
      'cf-connecting-ip': '198.51.100.1',
      'true-client-ip': '198.51.100.1',
      forwarded: 'for=198.51.100.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      host: 'app.example.com',
    };
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(locate([], '203.0.113.7', headers)).toEqual({
      isFromProxy: false,
      ip: '203.0.113.7',
      isHttps: false,
      host: 'app.example.com',
    });
    expect(ipOf(['10.0.0.0/8'], '203.0.113.7', headers)).toBe('203.0.113.7');
    warn.mockRestore();
  });

  it('and whoever runs behind a proxy that is not named is told so, once', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { http } = createHttpBench();
    const request: HttpRequest = {
      ...{ method: 'GET', originalUrl: '/', headers: from('198.51.100.1') },
      socket: { remoteAddress: '10.0.0.1' },
    };
    for (const _ of [1, 2]) http.locate(request);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('trustedProxies'), { code: 'TESSERA_UNTRUSTED_PROXY' }],
    ]);
    warn.mockRestore();
  });
});

describe('behind proxies that are trusted the client is the right-most that is none of them', () => {
  const proxies = ['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.9'];

  it.each([
    ['one proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['what the client wrote is not believed', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.2.2.2', '198.51.100.1'],
    ['the client claims to be a proxy', '10.0.0.1', '10.7.7.7, 198.51.100.1', '198.51.100.1'],
    ['nothing but proxies', '10.0.0.1', '10.7.7.7, 10.8.8.8', '10.7.7.7'],
    ['a single address is a network too', '192.0.2.9', '198.51.100.1', '198.51.100.1'],
    ['its neighbour is not', '192.0.2.8', '198.51.100.1', '192.0.2.8'],
    ['mapped IPv6 is IPv4', '::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['IPv6 all the way', '2001:db8:ffff::1', '2001:db8:1::7', '2001:db8:1::7'],
    ['ports of Azure', '10.0.0.1', '198.51.100.1:52100', '198.51.100.1'],
    ['ports of IPv6', '10.0.0.1', '[2001:db8:1::7]:443', '2001:db8:1::7'],
    ['no header', '10.0.0.1', '', '10.0.0.1'],
    ['garbage ends the search', '10.0.0.1', '198.51.100.1, garbage', '10.0.0.1'],
    ['garbage left of the client does not matter', '10.0.0.1', '<script>, 198.51.100.1', '198.51.100.1'],
    ['garbage between proxies', '10.0.0.1', '198.51.100.1, unknown, 10.2.2.2', '10.2.2.2'],
    ['blanks and empty entries', '10.0.0.1', ' 198.51.100.1 ,', '10.0.0.1'],
    ['an address that is none', '10.0.0.1', '198.51.100.256', '10.0.0.1'],
    ['very many', '10.0.0.1', `${'1.1.1.1, '.repeat(2000)}198.51.100.1`, '198.51.100.1'],
  ])('%s', (_case, peer, forwarded, ip) => {
    expect(ipOf(proxies, peer, from(forwarded))).toBe(ip);
  });

  it.each([
    [['loopback'], '127.0.0.1', true],
    [['loopback'], '::1', true],
    [['loopback'], '10.0.0.1', false],
    [['private'], '192.168.1.1', true],
    [['private'], '172.32.0.1', false],
    [['cloudflare'], '104.16.5.5', true],
    [['cloudflare'], '2606:4700::6810:1', true],
    [['cloudflare'], '104.28.0.1', false],
    [['loopback', 'private'], 'fe80::1%eth0', true],
  ])('%j trusts %s: %s', (named, peer, isTrusted) => {
    expect(ipOf(named, peer, from('198.51.100.1')) === '198.51.100.1').toBe(isTrusted);
  });

  it('a socket of this machine has no address, and is trusted where it is named', () => {
    expect(ipOf(['unix'], undefined, from('198.51.100.1'))).toBe('198.51.100.1');
    expect(ipOf(['10.0.0.0/8'], undefined, from('198.51.100.1'))).toBeNull();
  });

  it('scheme and host are believed with the address', () => {
    const headers = { host: 'inside', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example.com' };
    expect(locate(proxies, '10.0.0.1', headers)).toMatchObject({ isHttps: true, host: 'app.example.com' });
    const chain = { ...headers, 'x-forwarded-proto': 'https, http' };
    expect(locate(proxies, '10.0.0.1', chain).isHttps).toBe(false);
    const spoofed = { ...headers, 'x-forwarded-host': 'evil.example, app.example.com' };
    expect(locate(proxies, '10.0.0.1', spoofed).host).toBe('app.example.com');
  });
});

it.each([
  '10.0.0.0/0',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  '10.0.0/8',
  'everybody',
  '10.0.0.0/8/8',
  '',
  '::ffff:10.0.0.0/104',
  '10.0.0.0/-1',
])('is refused as a network, without being repeated: %j', (network) => {
  const open = () => createHttpBench({ http: { trustedProxies: [network] } });
  expect(open).toThrow(/^trustedProxies: expected networks/);
});

it('a session is stored with it, and the event says it', async () => {
  const bench = createHttpBench({ http: { trustedProxies: ['203.0.113.0/24'] } });
  const headers = { ...ownPage, ...from('198.51.100.1') };
  const call = { method: 'POST', url: '/auth/register', json: credentials, headers };
  const { json } = await bench.send(call);
  expect(json.session.ip).toBe('198.51.100.1');
  const events = await bench.listEvents();
  expect(events.find(({ type }) => type === 'authn_login_success')).toMatchObject({ ip: '198.51.100.1' });
});

it('a tenant is told by the host that the client asked for, and not by what it claims', async () => {
  const bench = createHttpBench({
    http: {
      trustedProxies: ['203.0.113.7'],
      tenantOf: (_request, { host }) => host?.split('.', 1)[0] ?? '',
    },
  });
  const register = async (headers: Headers) => {
    const call = { method: 'POST', url: '/auth/register', json: credentials };
    return (await bench.send({ ...call, headers: { ...ownPage, ...headers } })).json.user.id as string;
  };
  const userId = await register({ host: 'inside', 'x-forwarded-host': 'acme.example.com' });
  expect(await bench.auth.findUser({ tenantId: 'acme', userId })).not.toBeNull();
});
