import tseslint from 'typescript-eslint';

// Biome formats and lints. These four need types: a revocation that nobody awaits is a vulnerability.
export default tseslint.config({
  files: ['**/*.ts'],
  ignores: ['**/dist/**', '**/coverage/**', 'docs/**'],
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: {
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': 'error',
  },
});
