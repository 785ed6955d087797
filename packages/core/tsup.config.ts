import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.base.js';

export default defineConfig(
  packageBuild([
    'src/index.ts',
    'src/primitives.ts',
    'src/domains/authorization/index.ts',
    'src/domains/authorization/findings.ts',
    'src/domains/authorization/presets.ts',
    'src/stores/index.ts',
    'src/http/index.ts',
    'src/testing/index.ts',
  ]),
);
