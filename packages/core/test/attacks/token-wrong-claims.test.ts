// RFC 9068 §2.2, RFC 8725 §3.8: claims that are missing, of another type, or traps.
import { claimTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token with wrong claims', claimTokens);
