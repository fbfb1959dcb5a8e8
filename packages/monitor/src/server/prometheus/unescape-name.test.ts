import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unescapeName } from './unescape-name.ts';

test('an escaped name is what it stands for, and what only looks like one stays', () => {
  const cases: [string, string][] = [
    ['job', 'job'],
    ['U__', ''],
    ['U__peer_2e_id', 'peer.id'],
    ['U__a__b', 'a_b'],
    ['U___1F600_', '😀'],
    ['U___1f600__2E_', '😀.'],
    ['U__a_zz_b', 'U__a_zz_b'],
    ['U__a_', 'U__a_'],
    ['U__a_2e', 'U__a_2e'],
    ['U___00002e_', 'U___00002e_'],
    ['U___d800_', 'U___d800_'],
    ['u__a_2e_b', 'u__a_2e_b'],
  ];
  for (const [escaped, name] of cases) assert.equal(unescapeName(escaped), name, escaped);
});
