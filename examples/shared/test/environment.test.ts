import { describe, expect, it } from 'vitest';
import { listWithoutEffect, readEnvironment } from '../src/environment.js';

const goodSecret = 'uG5tXcBq7Vn0RzK3mWd9aPfY1hLs6JeQ4oTi8C2x';
const production = {
  NODE_ENV: 'production',
  AUTH_SECRET: goodSecret,
  PUBLIC_URL: 'https://app.example.com',
  MAIL_DIR: '/var/mail/out',
};

describe('readEnvironment', () => {
  it('needs nothing in development', () => {
    expect(readEnvironment({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: null,
      authSecret: null,
      store: 'postgres',
      databaseUrl: null,
      redisUrl: null,
      bossEmail: null,
      accessLifetime: null,
      emailVerification: 'required',
      mailFolder: null,
      smtpUrl: null,
      mailFrom: 'no-reply@localhost.invalid',
      rateLimits: 'on',
      trustedProxies: [],
      profile: 'default',
      stepUpWindow: null,
      isProduction: false,
      sessions: {},
    });
    expect(readEnvironment({ PORT: '', STORE: '' })).toEqual(readEnvironment({}));
  });

  it('reads everything', () => {
    const environment = readEnvironment({
      ...production,
      HOST: '0.0.0.0',
      PORT: '8080',
      STORE: 'redis',
      DATABASE_URL: 'postgresql://me:secret@db/app',
      REDIS_URL: 'rediss://:secret@cache:6380',
      EMAIL_VERIFICATION: 'required',
      SMTP_URL: 'smtps://me:secret@mail.example.com',
      MAIL_FROM: 'no-reply@example.com',
      BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
      ACCESS_LIFETIME: '5m',
      IDLE_LIFETIME: '2h',
      ABSOLUTE_LIFETIME: '12h',
      ROTATION_FLOOR: '30s',
      ROTATION_GRACE: '20s',
      TRUSTED_PROXIES: '10.0.0.0/8, loopback',
      AUTH_PROFILE: 'asvs-l2',
      STEP_UP_WINDOW: '5m',
    });
    expect(environment).toEqual({
      host: '0.0.0.0',
      port: 8080,
      publicUrl: 'https://app.example.com',
      authSecret: goodSecret,
      store: 'redis',
      databaseUrl: 'postgresql://me:secret@db/app',
      redisUrl: 'rediss://:secret@cache:6380',
      bossEmail: 'boss@example.com',
      accessLifetime: '5m',
      emailVerification: 'required',
      mailFolder: '/var/mail/out',
      smtpUrl: 'smtps://me:secret@mail.example.com',
      mailFrom: 'no-reply@example.com',
      rateLimits: 'on',
      trustedProxies: ['10.0.0.0/8', 'loopback'],
      profile: 'asvs-l2',
      stepUpWindow: '5m',
      isProduction: true,
      sessions: {
        idleLifetime: '2h',
        browserIdleLifetime: '2h',
        absoluteLifetime: '12h',
        rotationFloor: '30s',
        rotationGrace: '20s',
      },
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'intranet.local'],
    ['PUBLIC_URL', 'http://app.example.com'],
    ['PUBLIC_URL', 'https://app.example.com/path'],
    ['PUBLIC_URL', 'https://me@app.example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['AUTH_SECRET', 'too short'],
    ['AUTH_SECRET', 'a'.repeat(64)],
    ['AUTH_SECRET', `changeme ${goodSecret}`],
    ['STORE', 'valkey'],
    ['REDIS_URL', 'http://me:pa55w0rd@cache'],
    ['REDIS_URL', 'redis:///9'],
    ['REDIS_URL', 'redis-cluster://one,two:6379'],
    ['REDIS_URL', 'redis-cluster://:pa55w0rd@one:6379/0'],
    ['DATABASE_URL', 'mysql://me:pa55w0rd@db/app'],
    ['DATABASE_URL', 'not a url'],
    ['EMAIL_VERIFICATION', 'on'],
    ['SMTP_URL', 'https://mail.example.com'],
    ['MAIL_FROM', 'nobody'],
    ['AUTH_PROFILE', 'asvs-l4'],
    ['STEP_UP_WINDOW', '1s'],
    ['BOOTSTRAP_ADMIN_EMAIL', 'nobody'],
    ['ACCESS_LIFETIME', '777'],
    ['ACCESS_LIFETIME', '25h'],
    ['IDLE_LIFETIME', '1 hour'],
    ['IDLE_LIFETIME', '10ms'],
    ['ABSOLUTE_LIFETIME', '500d'],
    ['ROTATION_FLOOR', '-1s'],
    ['ROTATION_GRACE', 'soon'],
    ['NODE_ENV', 'staging'],
  ])('refuses %s=%s by name, and does not repeat it', (name, value) => {
    const refusal = (): unknown => readEnvironment({ [name]: value });
    expect(refusal).toThrow(new RegExp(`^${name}: .{10,}$`, 's'));
    expect(refusal).not.toThrow(value);
  });

  it.each([
    ['AUTH_SECRET', { AUTH_SECRET: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://localhost:3000' }],
    ['STORE', { STORE: 'memory' }],
    ['SMTP_URL', { MAIL_DIR: undefined }],
    ['RATE_LIMITS', { RATE_LIMITS: 'off' }],
  ])('refuses a weaker %s in production', (name, change) => {
    expect(() => readEnvironment({ ...production, ...change })).toThrow(new RegExp(`^${name}: `));
    expect(() => readEnvironment({ ...production, ...change, NODE_ENV: 'development' })).not.toThrow();
  });

  it.each(['redis://cache', 'redis-cluster://one:6379,two:6379', 'redis-cluster://me:pw@[::1]:7000'])(
    'takes REDIS_URL=%s',
    (url) => {
      expect(readEnvironment({ REDIS_URL: url }).redisUrl).toBe(url);
    },
  );

  it.each([{ STORE: 'redis' }, { STORE: 'memory', REDIS_URL: 'redis://cache' }])(
    'refuses %j, where Redis is missing or for nothing',
    (variables) => {
      expect(() => readEnvironment(variables)).toThrow(/^REDIS_URL: .*STORE=/);
    },
  );

  it('names everything that is wrong at once', () => {
    expect(() => readEnvironment({ PORT: 'x', STORE: 'y' })).toThrow(/^PORT: .*\nSTORE: /);
  });
});

describe('listWithoutEffect', () => {
  it('names the variables that do nothing yet', () => {
    expect(listWithoutEffect({ METRICS_PORT: '9090', MAIL_DIR: '', PORT: '1' })).toEqual(['METRICS_PORT']);
  });
});
