// The contract that the demo deploys and calls: a counter. `increment()` adds one to it; any other call reverts, so that
// failing transactions are as real as the others. Written by hand, because thirty bytes need no compiler.

const RUNTIME = [
  '6000 35', //       PUSH1 0, CALLDATALOAD    the first word of the call
  '60e0 1c', //       PUSH1 224, SHR           its first four bytes: the selector
  '63 d09de08a 14', // PUSH4 increment(), EQ
  '6013 57', //       PUSH1 19, JUMPI          there, if it is
  '6000 80 fd', //    PUSH1 0, DUP1, REVERT    else revert, saying nothing
  '5b', //            JUMPDEST                 byte 19
  '6000 54', //       PUSH1 0, SLOAD           the counter
  '6001 01', //       PUSH1 1, ADD
  '6000 55', //       PUSH1 0, SSTORE
  '00', //            STOP                     30 bytes in all
];

const CONSTRUCTOR = [
  '601e 80', //       PUSH1 30, DUP1           the length of the code above
  '600b', //          PUSH1 11                 where it begins: after this constructor
  '6000 39', //       PUSH1 0, CODECOPY        to memory
  '6000 f3', //       PUSH1 0, RETURN          and hand it over
];

export const COUNTER_BYTECODE = `0x${[...CONSTRUCTOR, ...RUNTIME].join('').replaceAll(' ', '')}`;
/** Selector of `increment()`. */
export const INCREMENT = '0xd09de08a';
/** A selector that the contract does not know. */
export const FAIL = '0xa9cc4718';
