import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationReference } from './configuration.ts';
import { assertPageIsCurrent } from './page.ts';

test('the reference page says what the schema says', () => {
  assertPageIsCurrent('configuration.md', configurationReference());
});

test('every option is explained', () => {
  const undescribed = configurationReference()
    .split('\n')
    .filter((line) => line.startsWith('| `') && line.endsWith('|  |'));
  assert.deepEqual(undescribed, []);
  assert.match(configurationReference(), /\| `storage\.retention` \|/);
  assert.match(configurationReference(), /\| `targets\[\]\.basicAuth\.passwordFile` \|/);
});
