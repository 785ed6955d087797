import { describe, expect, it } from 'vitest';
import { findForbidden } from '../check-licences.js';

describe('findForbidden', () => {
  it('lets permissive licences pass', () => {
    expect(findForbidden({ MIT: [{ name: 'ua-parser-js', versions: ['1.0.41'] }] })).toEqual([]);
  });

  it('names what would reach the users of an MIT library', () => {
    const byLicence = {
      'AGPL-3.0-or-later': [{ name: 'ua-parser-js', versions: ['1.0.41'] }],
      Unknown: [{ name: 'mystery', versions: ['3.0.0'] }],
    };
    expect(findForbidden(byLicence)).toEqual(['ua-parser-js: AGPL-3.0-or-later', 'mystery: Unknown']);
  });

  it('keeps the device parser on 1.x whatever its manifest says', () => {
    expect(findForbidden({ MIT: [{ name: 'ua-parser-js', versions: ['1.0.41', '2.0.0'] }] })).toEqual([
      'ua-parser-js: 1.0.41, 2.0.0, stay on 1.x',
    ]);
  });
});
