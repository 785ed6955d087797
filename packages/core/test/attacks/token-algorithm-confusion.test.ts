// ASVS 9.1.2, RFC 8725 §3.1 and §2.1: the header chooses the algorithm, or none at all.
import { algorithmTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token that chooses its algorithm', algorithmTokens);
