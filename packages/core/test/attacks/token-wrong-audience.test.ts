// ASVS 9.2.3, RFC 9068 §4: a token for another service or of another issuer.
import { audienceTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token for somebody else', audienceTokens);
