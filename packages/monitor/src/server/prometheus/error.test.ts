import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChainpulseError } from '../../model/errors.ts';
import { QueryError } from '../../promql/interface.ts';
import { apiErrorOf, needsLog } from './error.ts';

test('the log has what the asker is not told, and not each question to a server that is away', () => {
  const isLogged = (error: Error) => needsLog(apiErrorOf(error, 'query'));
  assert.ok(isLogged(new Error('a defect')));
  assert.ok(isLogged(new ChainpulseError('storage_damaged', 'the file is damaged')));
  assert.ok(!isLogged(new ChainpulseError('remote_unreachable', 'http://vm:8428 did not answer')));
  assert.ok(!isLogged(new ChainpulseError('remote_refused', 'http://vm:8428 answered 401')));
  assert.ok(!isLogged(new QueryError('execution', 'many-to-many')));
});
