/** One thing that keeps the policies of the database from holding. */
export interface RowLevelSecurityProblem {
  readonly kind:
    | 'role_bypasses'
    | 'role_owns_table'
    | 'role_may_truncate'
    | 'principal_set'
    | 'table_missing'
    | 'column_missing'
    | 'column_type'
    | 'not_enabled'
    | 'not_forced'
    | 'policy_missing'
    | 'policy_differs'
    | 'policy_unknown'
    | 'view_without_invoker'
    | 'child_not_secured'
    | 'parent_not_secured'
    | 'not_compared';
  /** Which role, setting, table, column, policy or view. */
  readonly name: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
}
