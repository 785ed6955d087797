// RFC 4648 §3.5, RFC 7515 §7.1: one token in two spellings slips past a list that holds the first.
import { spellingTokens } from '../domains/tokens/corpus/index.js';
import { describeHostileTokens } from '../domains/tokens/describe-hostile-tokens.js';

await describeHostileTokens('a token in another spelling', spellingTokens);
