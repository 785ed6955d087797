// ASVS 9.2.1, RFC 9068 §4: expired, not yet valid, or valid for ever.
import { timeTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token at the wrong time', timeTokens);
