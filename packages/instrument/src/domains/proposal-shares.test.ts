import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProposalShares } from './proposal-shares.ts';

describe('proposal shares', () => {
  it('are those of the latest 1,000 blocks, whatever was committed', () => {
    const proposer = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(proposer, { maxLength: 2_500, size: 'max' }), (proposers) => {
        const shares = new ProposalShares(64);
        shares.own('a');
        shares.own('b');
        for (const validator of proposers) shares.committed(validator);
        const latest = proposers.slice(-1_000);
        const shareOf = (validator: string) => latest.filter((other) => other === validator).length / latest.length;
        const expected = latest.length < 100 ? [] : [['a', shareOf('a')] as const, ['b', shareOf('b')] as const];
        assert.deepEqual(shares.read(), new Map(expected));
      }),
      { numRuns: 50 },
    );
  });

  it('know an own validator once, and no more of them than the limit', () => {
    const shares = new ProposalShares(2);
    assert.deepEqual(
      ['a', 'a', 'b', 'c', 7 as unknown as string].map((validator) => shares.own(validator)),
      [true, false, true, false, false],
    );
    for (let i = 0; i < 100; i++) shares.committed('c');
    assert.deepEqual([...shares.read().keys()], ['a', 'b']);
  });
});
