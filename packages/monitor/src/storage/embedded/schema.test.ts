import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { presentSchema } from './schema.ts';
import { FORMAT_VERSION } from './tables.ts';

describe('the tables of the file', () => {
  it('are those of its format: other ones need another version, and a migration', () => {
    const checksum = createHash('sha256').update(presentSchema().join('\n')).digest('hex').slice(0, 16);
    assert.deepEqual({ version: FORMAT_VERSION, checksum }, { version: 2, checksum: '50f3505eb93eebbe' });
  });
});
