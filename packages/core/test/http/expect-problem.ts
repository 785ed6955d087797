import { type AuthErrorCode, authErrorMessages } from '@tessera-auth/core';
import { expect } from 'vitest';
import type { Answer } from './http-bench.js';

/** Insists that the answer is the problem `code`, complete, unkept by caches and free of anything that was sent. */
export function expectProblem(answer: Answer, status: number, code: AuthErrorCode): void {
  expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code });
  const { errors, requestId, ...problem } = answer.json;
  expect(problem).toEqual({
    type: `urn:tessera-auth:problem:${code}`,
    title: expect.stringMatching(/^[A-Z]/),
    status,
    code,
    detail: authErrorMessages[code],
  });
  expect(requestId).toMatch(/^[\w-]{22}$/);
  expect(answer.headers['x-request-id']).toBe(requestId);
  if (errors !== undefined) {
    expect(errors).not.toHaveLength(0);
    for (const error of errors) {
      expect(error).toEqual({ pointer: expect.stringMatching(/^(\/|$)/), detail: expect.any(String) });
    }
  }
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expectBaseline(answer);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['www-authenticate'] === undefined).toBe(status !== 401);
  expect(answer.headers.allow === undefined).toBe(status !== 405);
  if (status === 503) expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
}

/** Insists on the headers that every answer carries (ASVS 3.4). */
export function expectBaseline({ headers }: Answer): void {
  expect(headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
  });
}
