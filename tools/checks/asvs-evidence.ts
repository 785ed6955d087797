import type { Requirement } from './asvs-requirements.js';
import { findAnnotations } from './find-annotations.js';

/** A test file, by its path from the root of the repository. */
export interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** The site of the guide has no tests, so links lead to the sources. */
const source = 'https://github.com/tessera-auth/tessera/blob/main';

const levels = [1, 2, 3] as const;

/**
 * The page that says what tests show of each requirement. What no test names is listed as not shown, so nothing can be
 * claimed without a test.
 *
 * @throws `Error` naming every annotation of an unknown requirement, and every annotated test that does not run.
 */
export function writeEvidence(requirements: readonly Requirement[], files: readonly TestFile[]): string {
  const known = new Set(requirements.map(([id]) => id));
  const annotations = files.flatMap(({ path, text }) =>
    findAnnotations(path, text).map((annotation) => ({ ...annotation, path })),
  );
  const faults = annotations.flatMap(({ id, path, test, isSkipped }) => [
    ...(known.has(id) ? [] : [`${path}: ASVS ${id} is not in the catalogue`]),
    ...(isSkipped ? [`${path}: "${test}" is to show ASVS ${id}, but does not run`] : []),
  ]);
  if (faults.length > 0) throw new Error([...new Set(faults)].join('\n'));

  const isShown = ([id]: Requirement): boolean => annotations.some((annotation) => annotation.id === id);
  const chapterOf = ([id]: Requirement): string => id.split('.')[0] ?? '';
  const chapters = [...new Set(requirements.map(chapterOf))].map(
    (name) => [name, requirements.filter((requirement) => chapterOf(requirement) === name)] as const,
  );

  return [
    '# ASVS',
    'What tests show of [OWASP ASVS 5.0](https://owasp.org/www-project-application-security-verification-standard/).',
    'Made by `pnpm docs:asvs` from the annotations of the tests; do not edit. “Not shown” means that no test names the',
    'requirement: it may be fulfilled or not, and is not claimed.\n',
    '| Chapter | Level 1 | Level 2 | Level 3 |',
    '| --- | --- | --- | --- |',
    ...[...chapters, ['All', requirements] as const].map(([name, all]) => {
      const counts = levels.map((level) => {
        const wanted = all.filter(([, lowest]) => lowest === level);
        return `${wanted.filter(isShown).length} of ${wanted.length}`;
      });
      return `| ${name} | ${counts.join(' | ')} |`;
    }),
    ...chapters.flatMap(([name, all]) => [
      `\n## Chapter ${name}\n`,
      '| Requirement | Level | Fulfilled by | Demand | Tests |',
      '| --- | --- | --- | --- | --- |',
      ...all.map(([id, level, by, demand]) => {
        const tests = annotations
          .filter((annotation) => annotation.id === id)
          .map(({ path, test }) => `[${escapeTitle(test)}](${source}/${path})`);
        const shown = tests.length === 0 ? 'not shown' : [...new Set(tests)].join('<br>');
        return `| ${id} | ${level} | ${by} | ${demand} | ${shown} |`;
      }),
    ]),
    '',
  ].join('\n');
}

/** A title is text: it neither ends a cell nor a link, nor makes markup. */
function escapeTitle(title: string): string {
  return title.replace(/\s+/g, ' ').replace(/[\\|[\]`*_<>{}$]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
