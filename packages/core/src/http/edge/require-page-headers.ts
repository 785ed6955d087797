import { type ProfileName, profiles, refuseWeaker } from '../../create-auth/profiles.js';

type Headers = Readonly<Record<string, string | false>>;
type Directives = Readonly<Record<string, readonly string[] | false>>;

/** The least that a level asks of a header that is sent with pages. */
const demands: readonly {
  readonly level: 1 | 2 | 3;
  readonly header: string;
  readonly must: string;
  readonly isMet: (value: string) => boolean;
}[] = [
  {
    // ASVS 3.4.1
    level: 1,
    header: 'strict-transport-security',
    must: 'have a max-age of at least 31536000',
    isMet: (value) => Number(/max-age="?(\d+)/i.exec(value)?.[1] ?? 0) >= 31_536_000,
  },
  {
    level: 2,
    header: 'strict-transport-security',
    must: 'have includeSubDomains',
    isMet: (value) => /;\s*includeSubDomains\b/i.test(value),
  },
  {
    // ASVS 3.4.4
    level: 2,
    header: 'x-content-type-options',
    must: 'be nosniff',
    isMet: (value) => value === 'nosniff',
  },
  {
    // ASVS 3.4.5
    level: 2,
    header: 'referrer-policy',
    must: 'keep paths from other origins',
    isMet: (value) =>
      /^(?:no-referrer|same-origin|origin|strict-origin|(?:strict-)?origin-when-cross-origin)$/.test(value),
  },
  {
    // ASVS 3.4.8
    level: 3,
    header: 'cross-origin-opener-policy',
    must: 'be same-origin or same-origin-allow-popups',
    isMet: (value) => value === 'same-origin' || value === 'same-origin-allow-popups',
  },
];

/**
 * Insists that the headers of pages are those of the profile's level, whatever the app has changed of them.
 *
 * @param headers as they are sent, without the content security policy; one that is not sent on plain http is not asked for.
 * @throws `TypeError` naming what is weaker.
 */
export function requirePageHeaders(profile: ProfileName, headers: Headers, policy: Directives): void {
  const level = profiles[profile].pageHeaders ?? 0;
  for (const { header, must, isMet, ...demand } of demands) {
    const value = headers[header];
    if (demand.level > level || value === undefined) continue;
    if (value === false || !isMet(value))
      refuseWeaker(profile, `securityHeaders.headers.${header} must ${must}`);
  }
  if (level >= 2) requirePolicy(profile, policy);
}

/** Sources with which a list lists nothing: scripts of whatever page of the web, or in the markup itself. */
const anything = /^(?:\*|'unsafe-inline'|(?:https?|data|blob):)$/i;

/** ASVS 3.4.3 and 3.4.6: no plug-ins, no foreign bases, a list of what may run, and one of who may frame it. */
function requirePolicy(profile: ProfileName, policy: Directives): void {
  const refuse = (directive: string, must: string): never =>
    refuseWeaker(profile, `securityHeaders.contentSecurityPolicy.${directive} must ${must}`);
  for (const directive of ['object-src', 'base-uri'])
    if (String(policy[directive]) !== "'none'") refuse(directive, "be 'none'");
  if (!policy['frame-ancestors']) refuse('frame-ancestors', 'say who may frame it');
  for (const directive of ['script-src', 'script-src-elem', 'script-src-attr']) {
    const sources = policy[directive] || policy['script-src'] || policy['default-src'];
    if (!sources || sources.some((source) => anything.test(source))) refuse(directive, 'list what may run');
  }
}
