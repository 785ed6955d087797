import { definePolicy } from '@tessera-auth/core/authorization';
import { companyPreset } from '@tessera-auth/core/authorization/presets';

/** Against the preset alone: the boss loses what they had. */
export const before = definePolicy(companyPreset);
export const after = definePolicy({
  ...companyPreset,
  roles: { ...companyPreset.roles, boss: { inherits: ['manager'] } },
});
