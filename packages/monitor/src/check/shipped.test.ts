import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedRules } from '../cli/checked-config.ts';
import { findEvidence } from './evidence/find-evidence.ts';
import { readInputs } from './files/read-inputs.ts';
import { namedMetrics, runCheck } from './run-check.ts';

test('nothing is wrong with the shipped rules', async () => {
  const readOwnConfig = (): never => assert.fail('no configuration is read');
  const inputs = readInputs({ paths: [], texts: shippedRules(), readOwnConfig });
  const sources = await findEvidence({ against: [], profiles: [], names: namedMetrics(inputs) });
  const { findings, rules } = await runCheck(inputs, sources);
  assert.ok(rules > 50);
  assert.deepEqual(
    findings
      .filter(({ level }) => level !== 'info')
      .map(({ subject, code, message }) => `${subject}: ${code}: ${message}`),
    [],
  );
});
