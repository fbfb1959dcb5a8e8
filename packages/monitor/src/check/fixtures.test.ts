import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkFile } from './testing/check-bench.ts';
import { READING_TRAPS, TRAPS } from './traps/index.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');
const PLANTED = readdirSync(join(TESTDATA, 'planted')).toSorted();

describe('planted mistakes', () => {
  test('there is one for each trap', () => {
    const codes = PLANTED.map((name) => name.replace(/(?:\.[a-z0-9-]+)?\.(?:ya?ml|json)$/, ''));
    assert.deepEqual([...new Set(codes)].toSorted(), [...READING_TRAPS, ...TRAPS].map(({ code }) => code).toSorted());
  });

  for (const name of PLANTED) {
    test(name, async () => {
      const { finds, result } = await checkFile(join(TESTDATA, 'planted', name));
      assert.ok(finds.length > 0, 'the file says what is to be found');
      const [first] = finds;
      assert.equal(name.startsWith(first?.code ?? '?'), true, 'the file is named after its trap');
      for (const { code, level, place } of finds) {
        const found = result.findings.find(
          (finding) =>
            finding.code === code &&
            finding.level === level &&
            (place === undefined || `${finding.line}:${finding.column}` === place),
        );
        assert.ok(found, `${code} ${level} ${place ?? ''} is not among:\n${told(result.findings)}`);
      }
      const others = result.findings.filter(
        ({ code, level }) => level !== 'info' && !finds.some((each) => each.code === code && each.level === level),
      );
      assert.deepEqual(others, [], 'nothing else is found');
    });
  }
});

describe('valid look-alikes', () => {
  for (const name of readdirSync(join(TESTDATA, 'near-misses')).toSorted()) {
    test(name, async () => {
      const { result } = await checkFile(join(TESTDATA, 'near-misses', name));
      const loud = result.findings.filter(({ level }) => level !== 'info');
      assert.deepEqual(loud, [], told(loud));
      assert.ok(result.rules + result.panels > 0, 'something was read');
    });
  }
});

function told(
  findings: readonly { code: string; level: string; line: number; column: number; message: string }[],
): string {
  return findings
    .map(({ code, level, line, column, message }) => `${line}:${column} ${level} ${code}: ${message}`)
    .join('\n');
}
