import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTargetAddress } from './target-address.ts';

test('the scheme chooses the source', () => {
  const scrape = parseTargetAddress('http://127.0.0.1:9090');
  assert.equal(scrape.kind === 'scrape' && scrape.url.href, 'http://127.0.0.1:9090/metrics');
  const kept = parseTargetAddress('https://node.example/custom?x=1');
  assert.equal(kept.kind === 'scrape' && kept.url.href, 'https://node.example/custom?x=1');
  const evm = parseTargetAddress('evm+http://127.0.0.1:8545');
  assert.equal(evm.kind === 'evm' && evm.url.href, 'http://127.0.0.1:8545/');
});

test('a replay has its options, in either way of joining them', () => {
  assert.deepEqual(parseTargetAddress('replay:a/b.rec.zst'), {
    kind: 'replay',
    file: 'a/b.rec.zst',
    speed: 1,
    time: 'now',
  });
  const both = { kind: 'replay', file: 'a.rec.zst', speed: 10, time: 'original' };
  assert.deepEqual(parseTargetAddress('replay:a.rec.zst?speed=10?time=original'), both);
  assert.deepEqual(parseTargetAddress('replay:a.rec.zst?speed=10&time=original'), both);
});

test('an address that cannot be watched is refused with a reason and a mend', () => {
  const cases: [string, RegExp][] = [
    ['node:9090', /scheme node: is not known\. Use http/],
    ['127.0.0.1:9090', /is no URL\. Write for example/],
    ['ftp://x/', /scheme ftp: is not known/],
    ['beacon+http://127.0.0.1:5052', /scheme beacon\+http: is not known/],
    ['replay:', /names no file/],
    ['replay:a.rec.zst?speed=0', /speed is a number above 0/],
    ['replay:a.rec.zst?speed=', /speed is a number above 0/],
    ['replay:a.rec.zst?pace=3', /option "pace=3" is not known/],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parseTargetAddress(text), { code: 'target_address', message });
});

test('a refused address never shows its credentials', () => {
  assert.throws(
    () => parseTargetAddress('ftp://user:secret@host/'),
    (error: Error) => !error.message.includes('secret') && error.message.includes('host'),
  );
});
