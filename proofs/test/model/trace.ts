import fc from 'fast-check';

/**
 * One thing that happens to an app. Numbers such as `of` and `back` pick, by remainder, among what there is by then, so
 * that every list of acts is a trace and a shorter one still makes sense.
 */
export type Act = SessionAct | AppAct;

/** What happens to one session. */
export type SessionAct =
  | PresentAct
  /** Somebody who saw the session's id in a log guesses the secret. */
  | { readonly kind: 'forge'; readonly of: number }
  /** A token of ours that the store does not know: its current generation with another secret, or one not seen yet. */
  | { readonly kind: 'present-unknown'; readonly of: number; readonly isAhead: boolean }
  | { readonly kind: 'step-up'; readonly of: number; readonly endsOthers: boolean }
  | { readonly kind: 'change-password'; readonly of: number }
  | { readonly kind: 'end'; readonly of: number; readonly isByToken: boolean }
  | { readonly kind: 'end-others'; readonly of: number };

/** What happens to a user, a tenant or the whole app. */
export type AppAct =
  | { readonly kind: 'sign-in'; readonly user: number; readonly device: number }
  /** The password has been typed, and the answer is still on its way. */
  | { readonly kind: 'begin-sign-in'; readonly user: number }
  /** The oldest sign-in that is under way arrives. */
  | { readonly kind: 'finish-sign-in' }
  | { readonly kind: 'end-all'; readonly user: number }
  | { readonly kind: 'end-tenant'; readonly tenant: number }
  | { readonly kind: 'revoke-token'; readonly token: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cleanup' };

/** A holder presents the newest token that they hold, or one that is `back` older: a second holder, a retry, a thief. */
export interface PresentAct {
  readonly kind: 'present';
  readonly of: number;
  readonly back: number;
  readonly attempt: number | null;
  /** So many requests at once. */
  readonly times: number;
  /** The network loses the store's request or its reply; only of single requests. */
  readonly lost: 'request' | 'reply' | null;
}

/** An app, and what happens to it. */
export interface Trace {
  readonly policy: TracePolicy;
  readonly acts: readonly Act[];
}

/** What the app decided. */
export interface TracePolicy {
  readonly maxSessions: number;
  readonly onReuse: 'session' | 'user';
  readonly absoluteLifetime: '90d' | '2h';
  readonly idleLifetime: '30d' | '1h';
}

/** Stretches of time around every bound that the rules know, and steps back as wall clocks make them. */
const waits = [
  0, 1, 9999, 10_000, 11_999, 12_000, 12_001, 60_000, 900_000, 3_600_000, 86_399_999, 86_400_000, 604_800_000,
  2_592_000_000, -1, -2000, -5000, -60_000,
];

const of = fc.nat({ max: 9 });
const user = fc.nat({ max: 2 });
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...waits) });
const present: fc.Arbitrary<Act> = fc
  .record({
    kind: fc.constant('present' as const),
    of,
    back: fc.constantFrom(0, 0, 0, 1, 1, 2, 5),
    attempt: fc.option(fc.nat({ max: 2 })),
    times: fc.constantFrom(1, 1, 1, 3),
    lost: fc.constantFrom(null, null, null, 'request' as const, 'reply' as const),
  })
  .map((act) => (act.lost === null ? act : { ...act, times: 1 }));
const signIn = fc.record({ kind: fc.constant('sign-in' as const), user, device: fc.nat({ max: 2 }) });
const ending: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('end' as const), of, isByToken: fc.boolean() }),
  fc.record({ kind: fc.constant('end-others' as const), of }),
  fc.record({ kind: fc.constant('change-password' as const), of }),
  fc.record({ kind: fc.constant('end-all' as const), user }),
  fc.record({ kind: fc.constant('end-tenant' as const), tenant: fc.nat({ max: 1 }) }),
);
const stepUp = fc.record({ kind: fc.constant('step-up' as const), of, endsOthers: fc.boolean() });

/** The answer gets lost, and the client asks again after a while, with its attempt id if it kept one. */
const lostReply: fc.Arbitrary<readonly Act[]> = fc
  .record({ of, attempt: fc.option(fc.nat({ max: 2 })), wait, first: fc.constantFrom(0, 12_000, 60_000) })
  .map(({ of: session, attempt, wait: pause, first }) => {
    const request = { kind: 'present', of: session, back: 0, attempt, times: 1 } as const;
    return [{ kind: 'wait', ms: first }, { ...request, lost: 'reply' }, pause, { ...request, lost: null }];
  });

/** Somebody signs in while something ends. */
const overtaken: fc.Arbitrary<readonly Act[]> = fc
  .tuple(user, ending)
  .map(([who, end]) => [{ kind: 'begin-sign-in', user: who }, end, { kind: 'finish-sign-in' }]);

/** Whoever copied a token uses it when the owner has long gone on. */
const theft: fc.Arbitrary<readonly Act[]> = fc.tuple(of, fc.nat({ max: 1 })).map(([session, older]) => {
  const request = { kind: 'present', of: session, attempt: null, times: 1, lost: null } as const;
  return [
    { kind: 'wait', ms: 12_000 },
    { ...request, back: 0 },
    { kind: 'wait', ms: 12_000 },
    { ...request, back: 0 },
    { kind: 'wait', ms: 12_000 },
    { ...request, back: 1 + older },
  ];
});

const one = (act: fc.Arbitrary<Act>): fc.Arbitrary<readonly Act[]> => act.map((only) => [only]);

const chapter: fc.Arbitrary<readonly Act[]> = fc.oneof(
  { weight: 8, arbitrary: one(present) },
  { weight: 6, arbitrary: one(wait) },
  { weight: 4, arbitrary: one(signIn) },
  { weight: 3, arbitrary: one(ending) },
  { weight: 2, arbitrary: one(stepUp) },
  { weight: 2, arbitrary: lostReply },
  { weight: 2, arbitrary: overtaken },
  { weight: 1, arbitrary: theft },
  {
    weight: 1,
    arbitrary: one(fc.record({ kind: fc.constant('begin-sign-in' as const), user })),
  },
  { weight: 1, arbitrary: one(fc.record({ kind: fc.constant('forge' as const), of })) },
  {
    weight: 1,
    arbitrary: one(fc.record({ kind: fc.constant('revoke-token' as const), token: fc.nat({ max: 30 }) })),
  },
  {
    weight: 1,
    arbitrary: one(fc.record({ kind: fc.constant('present-unknown' as const), of, isAhead: fc.boolean() })),
  },
  {
    weight: 2,
    arbitrary: one(fc.record({ kind: fc.constantFrom('finish-sign-in' as const, 'cleanup' as const) })),
  },
);

const policy: fc.Arbitrary<TracePolicy> = fc.record({
  maxSessions: fc.constantFrom(100, 3, 2, 1),
  onReuse: fc.constantFrom('session' as const, 'session' as const, 'user' as const),
  absoluteLifetime: fc.constantFrom('90d' as const, '90d' as const, '2h' as const),
  idleLifetime: fc.constantFrom('30d' as const, '30d' as const, '1h' as const),
});

/** Any order of anything. Every trace begins with somebody signing in. */
export const anyTrace: fc.Arbitrary<Trace> = fc
  .tuple(policy, signIn, fc.array(chapter, { minLength: 4, maxLength: 24, size: 'max' }))
  .map(([decided, first, chapters]) => ({ policy: decided, acts: [first, ...chapters.flat()] }));
