// RFC 8725 §2.4, RFC 8259 §4: JSON that two parsers read differently.
import { jsonTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token with two readings', jsonTokens);
