// ASVS 9.1.1, RFC 8725 §3.3, RFC 7518 §3.4, RFC 8032 §5.1.7: signatures cut, moved or out of range.
import { signatureTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token with a forged signature', signatureTokens);
