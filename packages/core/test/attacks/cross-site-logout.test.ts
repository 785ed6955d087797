/**
 * W3C Clear-Site-Data §4, ASVS 3.5.1: a foreign page asks for the logout without any cookie, which SameSite lets it do, and
 * the answer empties the visitor's browser of everything that the site has stored there.
 */
import { describe, expect, it } from 'vitest';
import { publicUrl } from '../auth-bench.js';
import { createHttpBench } from '../http/http-bench.js';

const logout = (headers: Readonly<Record<string, string>>) =>
  createHttpBench().send({ method: 'POST', url: '/auth/logout', headers });

describe('a logout without cookies', () => {
  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' },
    { origin: 'null' },
    { referer: 'https://evil.example/' },
    {},
  ])('clears nothing when it does not come from an own page: %j', async (headers) => {
    const answer = await logout(headers);
    expect([answer.status, answer.headers['clear-site-data'], answer.cookies]).toEqual([204, undefined, []]);
  });

  it.each<Record<string, string>>([{ 'sec-fetch-site': 'same-origin' }, { origin: publicUrl }])(
    'clears what is left when it does: %j',
    async (headers) => {
      const answer = await logout(headers);
      expect(answer.status).toBe(204);
      expect(answer.headers['clear-site-data']).toMatch(/"cookies"/);
      expect(answer.cookies).toHaveLength(2);
    },
  );
});
