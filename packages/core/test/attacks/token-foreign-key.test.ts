// ASVS 9.1.3, RFC 8725 §3.10 and §3.11, RFC 7515 §4.1.11: the header brings a key, a rule or another type of token.
import { headerTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token whose header brings its own rules', headerTokens);
