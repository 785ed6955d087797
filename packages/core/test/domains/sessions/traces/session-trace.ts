import fc from 'fast-check';

/** One thing that happens to an app's sessions. `of` and `back` pick, by remainder, among what there is. */
export type Act =
  | { readonly kind: 'sign-in'; readonly user: number }
  /** Presents the newest token of a session, or one that is `back` generations older, `times` times at once. */
  | {
      readonly kind: 'refresh';
      readonly of: number;
      readonly back: number;
      readonly attempt: number | null;
      readonly times: number;
    }
  | { readonly kind: 'renew'; readonly of: number; readonly endsOthers: boolean }
  | { readonly kind: 'end'; readonly of: number }
  | { readonly kind: 'end-others'; readonly of: number }
  | { readonly kind: 'end-all'; readonly user: number }
  | { readonly kind: 'end-tenant' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cleanup' };

/** Stretches of time around every bound that the rules know, and steps back as wall clocks make them. */
const waits = [
  0, 1, 9999, 10_000, 11_999, 12_000, 12_001, 60_000, 900_000, 86_399_999, 86_400_000, 604_800_000,
  2_592_000_000, -1, -5000, -60_000,
];

const of = fc.nat({ max: 9 });
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(...waits) });
const refresh = fc.record({
  kind: fc.constant('refresh' as const),
  of,
  back: fc.constantFrom(0, 0, 0, 1, 1, 2, 5),
  attempt: fc.option(fc.nat({ max: 2 })),
  times: fc.constantFrom(1, 1, 3),
});
const signIn = fc.record({ kind: fc.constant('sign-in' as const), user: fc.nat({ max: 1 }) });

/** Any order of anything, thieves and lost replies included. Every trace begins with somebody signing in. */
export const anyTrace: fc.Arbitrary<readonly Act[]> = fc
  .tuple(
    signIn,
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: refresh },
        { weight: 5, arbitrary: wait },
        { weight: 2, arbitrary: signIn },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('renew' as const), of, endsOthers: fc.boolean() }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'end-others' as const), of }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('end-all' as const), user: fc.nat({ max: 1 }) }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constantFrom('end-tenant' as const, 'cleanup' as const) }),
        },
      ),
      { minLength: 5, maxLength: 40 },
    ),
  )
  .map(([first, rest]) => [first, ...rest]);
