import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppendLog } from './append-log.ts';

test('a failure is logged once until its reason changes or storing works again', () => {
  const lines: string[] = [];
  const log = new AppendLog({
    error: ({ err }: { err: Error }) => lines.push(err.message),
    info: (text: string) => lines.push(text),
  });
  log.succeeded();
  for (let commit = 0; commit < 3; commit++) log.failed(new Error('the disk is full'));
  log.failed(new Error('the file is damaged'));
  log.succeeded();
  log.succeeded();
  log.failed(new Error('the file is damaged'));
  assert.deepEqual(lines, ['the disk is full', 'the file is damaged', 'storing works again', 'the file is damaged']);
});
