export type { Column, ColumnsOptions, ColumnType } from './columns.js';
export {
  type ListFilterOptions,
  type ListFilterQueryOptions,
  whereAllowed,
  whereAllowedText,
} from './list-filter.js';
export {
  type RowLevelSecurity,
  type RowLevelSecurityOptions,
  rowLevelSecurity,
} from './row-level-security.js';
export type { RowLevelSecurityProblem } from './row-level-security-problem.js';
export type { TransactionPool } from './run-on-pool.js';
export type { SecuredTable } from './secured-table.js';
