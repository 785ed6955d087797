import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPages, type Page, readPage, repository } from './support/pages.js';

const ourFiles = 'https://github.com/tessera-auth/tessera/';

/** The targets of links in a page, without what stands in code. */
function listLinks({ text }: Page): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The file that a link means, relative to the repository; `null` for other sites. */
function findTarget(page: Page, link: string): { readonly file: string; readonly anchor: string } | null {
  const [address = '', anchor = ''] = link.split('#');
  if (address.startsWith(ourFiles)) {
    const file = /^(?:blob|tree)\/main\/(.+)$/.exec(address.slice(ourFiles.length))?.[1];
    return file === undefined ? null : { file, anchor };
  }
  if (address === ourFiles.slice(0, -1)) return { file: 'README.md', anchor };
  if (/^[a-z]+:/.test(address)) return null;
  return { file: address === '' ? page.path : join(dirname(page.path), address), anchor };
}

/** The anchors of a page as GitHub and VitePress make them of headings. */
function listAnchors({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('links', () => {
  const links = listPages().flatMap((page) =>
    listLinks(page).flatMap((link) => {
      const target = findTarget(page, link);
      return target === null ? [] : [{ at: page.path, link, ...target }];
    }),
  );

  it('are there', () => {
    expect(links.length).toBeGreaterThan(30);
  });

  it('lead to files of this repository', () => {
    expect(links.filter(({ file }) => !existsSync(join(repository, file)))).toEqual([]);
  });

  it('lead to headings that are there', () => {
    const dead = links.filter(
      ({ file, anchor }) =>
        anchor !== '' && file.endsWith('.md') && !listAnchors(readPage(file)).includes(anchor),
    );
    expect(dead).toEqual([]);
  });
});
