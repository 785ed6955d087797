import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.base.js';

// A command: nobody imports it, so there are no types.
export default defineConfig({ ...packageBuild(['src/main.ts']), dts: false });
