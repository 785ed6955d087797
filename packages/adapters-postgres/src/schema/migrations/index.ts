import type { Migration } from '../migration.js';
import type { Tables } from '../tables.js';
import { auditMigration } from './audit.js';
import { auditManualChangesMigration } from './audit-manual-changes.js';
import { auditManualDeletionsMigration } from './audit-manual-deletions.js';
import { auditManualRolesMigration } from './audit-manual-roles.js';
import { auditPseudonymsMigration } from './audit-pseudonyms.js';
import { auditSealsMigration } from './audit-seals.js';
import { oneTimeTokensMigration } from './one-time-tokens.js';
import { rateLimitsMigration } from './rate-limits.js';
import { revocationLogMigration } from './revocation-log.js';
import { revocationsMigration } from './revocations.js';
import { roleKindsMigration } from './role-kinds.js';
import { rolesMigration } from './roles.js';
import { secondFactorsMigration } from './second-factors.js';
import { sessionsMigration } from './sessions.js';
import { userAddressesMigration } from './user-addresses.js';
import { usersMigration } from './users.js';

/** All steps of the schema, in their order. */
export function migrationsFor(tables: Tables): readonly Migration[] {
  return [
    usersMigration,
    sessionsMigration,
    revocationsMigration,
    oneTimeTokensMigration,
    rateLimitsMigration,
    revocationLogMigration,
    userAddressesMigration,
    auditMigration,
    secondFactorsMigration,
    auditPseudonymsMigration,
    auditManualChangesMigration,
    auditSealsMigration,
    auditManualDeletionsMigration,
    rolesMigration,
    auditManualRolesMigration,
    roleKindsMigration,
  ].map((migration) => migration(tables));
}
