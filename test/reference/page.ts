// A page of `docs/reference/` that is generated: the test that makes its text compares it with the file, or writes the
// file when UPDATE_DOCS is 1.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

export function assertPageIsCurrent(name: string, text: string): void {
  const page = new URL(`../../docs/reference/${name}`, import.meta.url);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text);
  assert.equal(readFileSync(page, 'utf8'), text, 'run UPDATE_DOCS=1 node scripts/test.ts test/reference');
}
