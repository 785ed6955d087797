import { generate } from 'otplib/functional';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { deploy, mixes, type Node } from './mixes.js';
import { createVisitor, email, origin, outcomeOf, password } from './visitor.js';

const guesses = 200;

describe.each(mixes)('guesses on two nodes with $name', (mix) => {
  let nodes: readonly [Node, Node];
  beforeEach(async () => {
    const servers = { postgresUrl: inject('postgresUrl'), redisUrl: inject('redisUrl') };
    const deployment = await deploy(mix, servers, {
      rateLimits: { signInClient: { count: 1_000_000, per: '1d' } },
    });
    nodes = [await deployment.startNode(), await deployment.startNode()];
  });
  afterEach(async () => {
    for (const node of nodes) await node.close();
  });

  /** All at once, on both nodes by turns, each from a network of its own. */
  const guessAtOnce = (guess: (node: Node, ip: string) => Promise<unknown>): Promise<string[]> =>
    Promise.all(
      Array.from({ length: guesses }, (_, at) =>
        outcomeOf(guess(nodes[at % 2] as Node, `198.51.${Math.floor(at / 100)}.${(at % 100) + 1}`)),
      ),
    );

  it('stay within the budget of the account: a password', async () => {
    await createVisitor(nodes[0].auth).register();
    const outcomes = await guessAtOnce(({ auth }, ip) =>
      auth.signInWithPassword({
        ...{ tenantId: '', email, password: 'a wrong guess' },
        origin: { ...origin, ip },
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'credentials_invalid')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(guesses - 3);
  });

  it('stay within the budget of the account: a second factor, and a good code is used once', async () => {
    const { user, session } = await createVisitor(nodes[0].auth).register();
    const { secret } = await nodes[0].auth.enrollSecondFactor(user);
    const code = await generate({ secret });
    const { backupCodes } = await nodes[1].auth.confirmSecondFactor({
      user,
      sessionId: session.id,
      code,
    });
    const half = await nodes[0].auth.signInWithPassword({ tenantId: '', email, password, origin });
    if (half.kind === 'signed_in') throw new Error('no second factor was asked for');
    const claim = { tenantId: '', mfaToken: half.mfaToken, origin, method: 'backup_code' } as const;

    const good = await guessAtOnce(({ auth }) =>
      auth.verifySecondFactor({ ...claim, code: backupCodes[0] ?? '' }),
    );
    expect(good.filter((outcome) => outcome === 'done')).toHaveLength(1);

    const again = await nodes[1].auth.signInWithPassword({ tenantId: '', email, password, origin });
    const mfaToken = again.kind === 'signed_in' ? '' : again.mfaToken;
    const wrong = await guessAtOnce(({ auth }) =>
      auth.verifySecondFactor({ ...claim, mfaToken, code: backupCodes[0] ?? '' }),
    );
    // Whoever was refused while the good code was looked at has used nothing up; it gave the attempt back.
    expect(wrong.filter((outcome) => outcome === 'mfa_code_invalid').length).toBeLessThanOrEqual(1);
    expect(wrong).not.toContain('done');
  });
});
