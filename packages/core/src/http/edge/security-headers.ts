import { randomBytes } from 'node:crypto';
import { type ProfileName, profiles, refuseWeaker } from '../../create-auth/profiles.js';
import type { Guard } from '../guard.js';
import { requirePageHeaders } from './require-page-headers.js';

/** Directives of a content security policy, each with its sources; `[]` for a directive without any, `false` takes a default away. */
export type ContentSecurityPolicy = Readonly<Record<string, readonly string[] | false>>;

/** What {@link SecurityHeadersOptions} changes of the defaults. */
export interface SecurityHeadersOptions {
  /** Over the default: only the app's own scripts, styles and requests, no plug-ins, nobody frames it. */
  readonly contentSecurityPolicy?: ContentSecurityPolicy;
  /**
   * A nonce for each answer: `req.cspNonce`, for `<script nonce>` and `<style nonce>`. Default `false`; with the profile `asvs-l3`
   * there always is one (ASVS 3.4.3).
   */
  readonly nonce?: boolean;
  /** Where browsers report violations to, such as `https://app.example.com/reports` (ASVS 3.4.7). Default: nowhere. */
  readonly reportUrl?: string;
  /** Asks browsers to know by themselves that this domain is https only. Default `false`. */
  readonly hstsPreload?: boolean;
  /** Other headers, or other values, names in lower case; `false` takes a default away. */
  readonly headers?: Readonly<Record<string, string | false>>;
}

/** Nothing is loaded from elsewhere, nothing is framed, and no form leads away (ASVS 3.4.3, 3.4.6). */
const defaultPolicy: ContentSecurityPolicy = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
};

/**
 * The headers that a page of the app should have (ASVS 3.4): sent with whatever the app answers, which may replace them.
 *
 * @throws `TypeError` naming the option that is not acceptable, or weaker than the profile.
 */
export function createHeadersGuard(
  isHttps: boolean,
  profile: ProfileName,
  options: SecurityHeadersOptions = {},
): Guard {
  const hasNonces = profiles[profile].pageHeaders === 3;
  if (hasNonces && options.nonce === false) refuseWeaker(profile, 'securityHeaders.nonce must be true');
  const { nonce: hasNonce = hasNonces, reportUrl, hstsPreload = false } = options;
  const policy = { ...defaultPolicy, ...options.contentSecurityPolicy };
  if (reportUrl !== undefined && !(URL.canParse(reportUrl) && reportUrl.startsWith('https:')))
    throw new TypeError('securityHeaders.reportUrl: expected a URL such as https://app.example.com/reports');
  const headers: Readonly<Record<string, string | false>> = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-dns-prefetch-control': 'off',
    'x-permitted-cross-domain-policies': 'none',
    'x-xss-protection': '0',
    ...(isHttps && {
      'strict-transport-security': `max-age=31536000; includeSubDomains${hstsPreload ? '; preload' : ''}`,
    }),
    ...(reportUrl !== undefined && { 'reporting-endpoints': `csp="${reportUrl}"` }),
    ...options.headers,
  };
  requirePageHeaders(profile, headers, policy);
  const kept = Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== false),
  );
  const report = reportUrl === undefined ? [] : [`report-uri ${reportUrl}`, 'report-to csp'];
  const writePolicy = (nonce: string | null): string => writeDirectives(policy, nonce, report);
  if (!hasNonce) {
    const verdict = withHeaders({ ...kept, 'content-security-policy': writePolicy(null) });
    return () => verdict;
  }
  return () => {
    const nonce = randomBytes(16).toString('base64');
    return { ...withHeaders({ ...kept, 'content-security-policy': writePolicy(nonce) }), nonce };
  };
}

function withHeaders(headers: Readonly<Record<string, string>>) {
  return { isAllowed: true, identity: null, cookies: [], headers } as const;
}

function writeDirectives(
  policy: ContentSecurityPolicy,
  nonce: string | null,
  report: readonly string[],
): string {
  const all = { ...policy };
  if (nonce !== null) {
    // A directive of its own starts from what it would fall back to.
    for (const name of ['script-src', 'style-src']) {
      const sources = all[name] || all['default-src'] || [];
      all[name] = [...sources.filter((source) => source !== "'none'"), `'nonce-${nonce}'`];
    }
  }
  const directives = Object.entries(all).flatMap(([name, sources]) => {
    if (sources === false) return [];
    if (!/^[a-z-]+$/.test(name) || sources.some((source) => /[;,\s]/.test(source)))
      throw new TypeError(`securityHeaders.contentSecurityPolicy: ${name} is not acceptable`);
    return [[name, ...sources].join(' ')];
  });
  return [...directives, ...report].join('; ');
}
