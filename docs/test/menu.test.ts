import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guide } from '../.vitepress/config.js';
import { repository } from './support/pages.js';

it('the menu of the site has every page of the guide once', () => {
  const pages = readdirSync(join(repository, 'docs/guide')).map((file) => file.replace(/\.md$/, ''));
  const listed = Object.values(guide).flatMap((group) => Object.keys(group));
  expect(listed.toSorted()).toEqual(pages.toSorted());
});
