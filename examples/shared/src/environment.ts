import {
  type Duration,
  type ProfileName,
  parseDuration,
  type SessionPolicyOptions,
} from '@tessera-auth/core';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { z } from 'zod';
import { isRedisUrl } from './connect-redis.js';

/** What the environment asks for, checked. */
export interface Environment {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** `null`: `http://localhost` with the port. */
  readonly publicUrl: string | null;
  /** `null`: make one and keep it. Never in production. */
  readonly authSecret: string | null;
  /** Where sessions are. Accounts are in Postgres, unless everything is in memory. */
  readonly store: 'memory' | 'postgres' | 'redis';
  /** `null`: a Postgres of our own. */
  readonly databaseUrl: string | null;
  /** Where everything but accounts and sessions is; `null`: in Postgres too. */
  readonly redisUrl: string | null;
  /** Registers as the boss. */
  readonly bossEmail: string | null;
  /** `null`: the default of Tessera. */
  readonly accessLifetime: Duration | null;
  readonly emailVerification: 'required' | 'off';
  /** `null`: `mail` in the data folder. */
  readonly mailFolder: string | null;
  /** `null`: mails go into the folder. */
  readonly smtpUrl: string | null;
  /** Who mails are from. */
  readonly mailFrom: string;
  /** `off`: for load and race tests. */
  readonly rateLimits: 'on' | 'off';
  /** The networks of the proxies in front of the server. */
  readonly trustedProxies: readonly string[];
  readonly profile: ProfileName;
  /** `null`: the default of Tessera. */
  readonly stepUpWindow: Duration | null;
  readonly isProduction: boolean;
  readonly sessions: SessionPolicyOptions;
}

/** Variables of the design that this version has nothing behind yet. */
const withoutEffect = ['METRICS_PORT'] as const;

const schema = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'expected production, development or test')
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'expected a port number from 0 to 65535')
    .default(3000),
  PUBLIC_URL: z
    .string()
    .refine(isPlainOrigin, 'expected a URL without a path, such as https://app.example.com')
    .refine(isHttpsOrLocal, 'must be https, except on localhost and 127.0.0.1')
    .optional(),
  // Weak ones are refused at once, and not only when everything else is open already.
  AUTH_SECRET: checked('secret[0]', (secret) => createKeyRing({ secret })),
  STORE: z.enum(['memory', 'postgres', 'redis'], 'expected memory, postgres or redis').default('postgres'),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol),
      'expected postgres://user:password@host/database',
    )
    .optional(),
  REDIS_URL: z
    .string()
    .refine(
      isRedisUrl,
      'expected redis://:password@host:port, rediss:// or redis-cluster://host:port,host:port',
    )
    .optional(),
  EMAIL_VERIFICATION: z.enum(['required', 'off'], 'expected required or off').default('required'),
  RATE_LIMITS: z.enum(['on', 'off'], 'expected on or off').default('on'),
  MAIL_DIR: z.string().optional(),
  SMTP_URL: z
    .string()
    .refine(
      (url) => URL.canParse(url) && /^smtps?:$/.test(new URL(url).protocol),
      'expected smtp://user:password@host:port or smtps://',
    )
    .optional(),
  MAIL_FROM: z.email('expected an e-mail address').default('no-reply@localhost.invalid'),
  AUTH_PROFILE: z
    .enum(['default', 'asvs-l1', 'asvs-l2', 'asvs-l3'], 'expected default, asvs-l1, asvs-l2 or asvs-l3')
    .default('default'),
  BOOTSTRAP_ADMIN_EMAIL: z.email('expected an e-mail address').optional(),
  ACCESS_LIFETIME: duration('ACCESS_LIFETIME', '1s', '24h'),
  IDLE_LIFETIME: duration('IDLE_LIFETIME', '1s', '400d'),
  ABSOLUTE_LIFETIME: duration('ABSOLUTE_LIFETIME', '1s', '400d'),
  ROTATION_FLOOR: duration('ROTATION_FLOOR', '0s', '10m'),
  ROTATION_GRACE: duration('ROTATION_GRACE', '0s', '60s'),
  TRUSTED_PROXIES: z
    .string()
    .transform((list) => list.split(',').map((network) => network.trim()))
    .default([]),
  STEP_UP_WINDOW: duration('STEP_UP_WINDOW', '1m', '24h'),
});

/**
 * The settings of the server, from its environment. An empty variable counts as absent.
 *
 * @throws `TypeError` that names every variable that is wrong and says what it should be; never with its value.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present);
  if (!result.success) {
    throw new TypeError(
      result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  }
  const values = result.data;
  requireWhole(values);
  if (values.NODE_ENV === 'production') requireProductionGrade(values);

  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? null,
    authSecret: values.AUTH_SECRET ?? null,
    store: values.STORE,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    bossEmail: values.BOOTSTRAP_ADMIN_EMAIL ?? null,
    accessLifetime: values.ACCESS_LIFETIME ?? null,
    emailVerification: values.EMAIL_VERIFICATION,
    mailFolder: values.MAIL_DIR ?? null,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM,
    rateLimits: values.RATE_LIMITS,
    trustedProxies: values.TRUSTED_PROXIES,
    profile: values.AUTH_PROFILE,
    stepUpWindow: values.STEP_UP_WINDOW ?? null,
    isProduction: values.NODE_ENV === 'production',
    sessions: {
      ...(values.IDLE_LIFETIME && {
        idleLifetime: values.IDLE_LIFETIME,
        browserIdleLifetime: values.IDLE_LIFETIME,
      }),
      ...(values.ABSOLUTE_LIFETIME && { absoluteLifetime: values.ABSOLUTE_LIFETIME }),
      ...(values.ROTATION_FLOOR && { rotationFloor: values.ROTATION_FLOOR }),
      ...(values.ROTATION_GRACE && { rotationGrace: values.ROTATION_GRACE }),
    },
  };
}

/** The variables that are set and do nothing yet: worth a warning, since somebody may rely on them. */
export function listWithoutEffect(variables: NodeJS.ProcessEnv): readonly string[] {
  return withoutEffect.filter((name) => (variables[name] ?? '') !== '');
}

function requireWhole({ STORE, REDIS_URL }: z.output<typeof schema>): void {
  if (STORE === 'redis' && REDIS_URL === undefined) throw new TypeError('REDIS_URL: needed with STORE=redis');
  if (STORE === 'memory' && REDIS_URL !== undefined) {
    throw new TypeError('REDIS_URL: nothing is kept there with STORE=memory; leave one of the two out');
  }
}

function requireProductionGrade(values: z.output<typeof schema>): void {
  const { AUTH_SECRET, PUBLIC_URL, STORE, EMAIL_VERIFICATION, SMTP_URL, MAIL_DIR, RATE_LIMITS } = values;
  const sendsMail = SMTP_URL !== undefined || MAIL_DIR !== undefined;
  const problems = [
    ...(AUTH_SECRET === undefined
      ? ['AUTH_SECRET: needed in production; make one with: openssl rand -base64 48']
      : []),
    ...(PUBLIC_URL === undefined ? ['PUBLIC_URL: needed in production'] : []),
    ...(PUBLIC_URL?.startsWith('http:') ? ['PUBLIC_URL: must be https in production'] : []),
    ...(EMAIL_VERIFICATION === 'required' && !sendsMail
      ? ['SMTP_URL: needed in production, or MAIL_DIR for a folder that something empties']
      : []),
    ...(RATE_LIMITS === 'off' ? ['RATE_LIMITS: off is for load tests, not for production'] : []),
    ...(STORE === 'memory' ? ['STORE: memory is not for production, it forgets everything'] : []),
  ];
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
}

function duration(name: string, min: Duration, max: Duration) {
  return checked(name, (value) => parseDuration(name, value as Duration, { min, max })).transform(
    (value) => value as Duration | undefined,
  );
}

/** A variable that Tessera judges: what it throws begins with the name of its option. */
function checked(option: string, check: (value: string) => unknown) {
  return z
    .string()
    .superRefine((value, context) => {
      try {
        check(value);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message.replace(`${option}: `, '') });
      }
    })
    .optional();
}

/** The web page and its cookies live at the root of their host. */
function isPlainOrigin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, pathname, search, hash, username } = new URL(url);
  return /^https?:$/.test(protocol) && `${pathname}${search}${hash}${username}` === '/';
}

function isHttpsOrLocal(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1';
}
