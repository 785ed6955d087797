import { existsSync, readdirSync } from 'node:fs';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Workspace packages are read from their sources: no build before a test. The condition stands alone among the
// external ones, since adding `import` there makes Express load the wrong files.
const source = '@tessera-auth/source';

const folders = ['packages', 'examples', 'tools'].flatMap((parent) =>
  existsSync(parent) ? readdirSync(parent).map((name) => `${parent}/${name}`) : [],
);

export default defineConfig({
  test: {
    projects: folders
      .filter((folder) => existsSync(`${folder}/test`))
      .map((folder) => ({
        root: folder,
        resolve: { conditions: [source, ...defaultServerConditions] },
        ssr: { resolve: { conditions: [source, ...defaultServerConditions], externalConditions: [source] } },
        test: { name: folder.split('/')[1] ?? folder, include: ['test/**/*.test.ts'] },
      })),
  },
});
