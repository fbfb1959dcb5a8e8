import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newImportTotals } from '../import/import-totals.ts';
import { problemsOf, summaryOf } from './import-report.ts';

test('one is told as one, and many as many', () => {
  const one = {
    ...newImportTotals(),
    samples: 1,
    histograms: 1,
    exemplars: 1,
    badLines: 1,
    badLineMessages: ['line 3: no'],
  };
  assert.equal(summaryOf(one, 0.04), 'stored 1 sample, 1 native histogram, 1 exemplar in 0.0 s');
  assert.deepEqual(problemsOf(one, undefined), [
    '1 line could not be read and was passed over, such as:',
    '  line 3: no',
  ]);
  const many = { ...newImportTotals(), samples: 2000, badLines: 2, rejected: { duplicate: 1 } };
  assert.equal(summaryOf(many, 1), 'stored 2,000 samples in 1.0 s');
  const [lines, refused] = problemsOf(many, undefined);
  assert.equal(lines, '2 lines could not be read and were passed over, such as:');
  assert.equal(refused, '1 sample was refused:');
  assert.deepEqual(problemsOf(newImportTotals(), '30d'), []);
});

test('what is too old is mended where it is said how long is kept: at the command for a folder, else at the monitor', () => {
  const totals = { ...newImportTotals(), rejected: { too_old: 5 } };
  const [, ofFolder] = problemsOf(totals, '30d');
  assert.match(ofFolder!, /^ {2}5 too_old: older than the 30d that are kept: import with --retention unlimited/);
  const [, ofMonitor] = problemsOf(totals, undefined);
  assert.match(ofMonitor!, /keep more \(storage\.retention\)/);
  assert.ok(!ofMonitor!.includes('--retention'));
});
