import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationReference } from './reference.ts';

const PAGE = new URL('../../../../docs/reference/configuration.md', import.meta.url);

test('the reference page says what the schema says', () => {
  if (process.env['UPDATE_DOCS'] === '1') {
    mkdirSync(new URL('.', PAGE), { recursive: true });
    writeFileSync(PAGE, configurationReference());
  }
  assert.equal(readFileSync(PAGE, 'utf8'), configurationReference(), 'run this test with UPDATE_DOCS=1');
});

test('every option is explained', () => {
  const undescribed = configurationReference()
    .split('\n')
    .filter((line) => line.startsWith('| `') && line.endsWith('|  |'));
  assert.deepEqual(undescribed, []);
  assert.match(configurationReference(), /\| `storage\.retention` \|/);
  assert.match(configurationReference(), /\| `targets\[\]\.basicAuth\.passwordFile` \|/);
});
