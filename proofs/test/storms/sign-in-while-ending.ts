import { type Deployment, password } from '../support/nodes/deployment.js';
import type { Ending, Held } from '../support/nodes/node-app.js';
import { checkEverywhere, presentByTurns, requireHeld } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** What became of sign-ins around the end of all sessions. */
export interface SignIns {
  readonly endings: Counts;
  /** Sign-ins that had begun before, and were finished meanwhile or once the end had been answered. */
  readonly finishedMeanwhile: Counts;
  readonly finishedAfter: Counts;
  /** The refresh tokens of those that still got one. */
  readonly begunBeforeAfterwards: Counts;
  /** Sign-ins that were begun and finished meanwhile: either is right. */
  readonly meanwhile: Counts;
  /** Sign-ins that began after the end had been answered, and their tokens. */
  readonly begunAfter: Counts;
  readonly begunAfterRefreshTokens: Counts;
  readonly begunAfterAccessTokens: Counts;
}

const newPassword = `${password}, changed`;

/** Every second user is signed out everywhere, the others change their password; everybody signs in meanwhile. */
export async function signInWhileEnding(deployment: Deployment, count: number): Promise<SignIns> {
  const { nodes, nodeAt, claimOf } = deployment;
  const held = await deployment.register(count);
  const users = held.map(({ user }) => user);
  const [begun, slow] = await Promise.all([nodeAt(1).beginSignIn(users), nodeAt(2).beginSignIn(users)]);
  const claims = users.map((_, index) => claimOf(index));

  const [endings, meanwhile, finishedMeanwhile] = await Promise.all([
    nodeAt(0).end(held.map(endingOf)),
    nodeAt(1).signIn(claims),
    nodeAt(2).finishSignIn(begun),
  ]);
  const finishedAfter = await nodeAt(1).finishSignIn(slow);
  const after = await nodeAt(2).signIn(
    claims.map((claim, index) => (isPasswordChange(index) ? { ...claim, password: newPassword } : claim)),
  );

  await nodeAt(0).settled();
  const signedIn: readonly Held[] = after.map(requireHeld);
  return {
    endings: tallyOutcomes(endings),
    finishedMeanwhile: tallyOutcomes(finishedMeanwhile),
    finishedAfter: tallyOutcomes(finishedAfter),
    begunBeforeAfterwards: tallyOutcomes(
      await presentByTurns(
        nodes,
        [...finishedMeanwhile, ...finishedAfter].flatMap((answer) => answer.held ?? []),
      ),
    ),
    meanwhile: tallyOutcomes(meanwhile),
    begunAfter: tallyOutcomes(after),
    begunAfterRefreshTokens: tallyOutcomes(await presentByTurns(nodes, signedIn)),
    begunAfterAccessTokens: tally(await checkEverywhere(nodes, signedIn)),
  };
}

const isPasswordChange = (index: number): boolean => index % 2 === 1;

function endingOf({ user, sessionId }: Held, index: number): Ending {
  return isPasswordChange(index)
    ? { kind: 'password', user, sessionId, currentPassword: password, newPassword }
    : { kind: 'everywhere', user };
}
