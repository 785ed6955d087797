/** What may follow from the stores of an app, each in a sentence. Codes are added in minors and never renamed. */
export const consequenceSentences = {
  revocation_immediate: 'What is revoked is refused by every node from the next request on.',
  revocation_within_bound:
    'What is revoked is refused at once by the node that did it, and by every other within the bound.',
  session_end_one_step: 'A session and its access tokens end in one step.',
  session_end_two_steps:
    'A session ends first and its access tokens are revoked next; if that fails, the caller is told, and they last until it asks again or they expire.',
  password_change_atomic: 'A new password and the end of the other sessions are kept together or not at all.',
  password_change_two_steps:
    'A new password is kept first and the other sessions end next; if that fails, the caller is told, and they last until it asks again.',
  role_change_atomic: 'A change of roles and the refusal of older tokens are kept together or not at all.',
  role_change_two_steps:
    'A change of roles is kept first and older tokens are refused next; if that fails, the caller is told, and they last until it asks again or they expire.',
  transactions_unused:
    'There are transactions, but they are not used, because they do not cover these stores.',
  last_writes_lost_on_failover:
    'When a primary fails, the last writes that it answered may be lost, and what they ended may be good again.',
  gone_with_process: 'What these hold is known to this process alone, and gone when it ends.',
  limits_per_process: 'Every process counts for itself: with several, each limit is that many times as high.',
  second_factor_unavailable:
    'There is no store of second factors, so nobody has one, and nobody is asked for one.',
  durability_unknown:
    'These do not say what they are, and are taken to be shared by all nodes and to keep what they answered.',
} as const;

/** The stable, lower snake_case name of a consequence. */
export type ConsequenceCode = keyof typeof consequenceSentences;
