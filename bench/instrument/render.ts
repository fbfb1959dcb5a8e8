// Rendering to the bytes that are sent. All peers make a string, which is made into bytes for them, as a server does.

import type { Contender } from '../table.ts';
import { changeAll, type Fixture, ourFixture, peerFixture, SERIES } from './fixture.ts';
import { PEERS } from './peers.ts';

export async function rendererContenders(): Promise<Contender[]> {
  const fixtures = [ourFixture(), ...PEERS.map(peerFixture)];
  for (const fixture of fixtures) await checkComplete(fixture);
  return fixtures.map((fixture) => {
    const handles = fixture.handles();
    let round = 0;
    return {
      name: fixture.name,
      operations: 1,
      prepare: () => changeAll(handles, ++round),
      run: async () => (await fixture.render()).length,
    };
  });
}

/** A contender that shows fewer series would look fast. */
async function checkComplete(fixture: Fixture): Promise<void> {
  const page = Buffer.from(await fixture.render()).toString();
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length !== SERIES) throw new Error(`${fixture.name} shows ${lines.length} series instead of ${SERIES}.`);
}
