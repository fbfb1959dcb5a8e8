import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { nextTurn } from './turns.ts';

test('one of those who wait goes on in a turn of the event loop, in the order of asking', async () => {
  const wentOn: string[] = [];
  for (const name of ['first', 'second', 'third']) void nextTurn().then(() => wentOn.push(name));
  const after: string[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    await turnOfTheLoop();
    after.push([...wentOn]);
  }
  assert.deepEqual(after, [['first'], ['first', 'second'], ['first', 'second', 'third']]);
});

test('who asks again comes after those who wait already', async () => {
  const wentOn: string[] = [];
  const again = async (name: string) => {
    for (let piece = 1; piece <= 2; piece++) {
      await nextTurn();
      wentOn.push(`${name}${piece}`);
    }
  };
  await Promise.all([again('a'), again('b')]);
  assert.deepEqual(wentOn, ['a1', 'b1', 'a2', 'b2']);
});
