import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeMetrics, type DomainSets } from '../../domains/node-metrics.ts';
import { NODE_SCRIPT } from '../../domains/testing/node-script.ts';
import { Registry } from '../../registry.ts';
import { assertAccurate, deviationsOf } from '../accuracy.ts';
import { ManualClock } from '../manual-clock.ts';
import { createTestMetrics } from '../test-metrics.ts';
import { type SimulationTarget, type WitnessedSetName, witness } from './witness.ts';

type Recorders = Readonly<Record<string, (fields: unknown) => void>>;

/** What the quality of peers is computed from: it is not foretold. */
const WITHOUT_EFFECT = new Set(['peers.recordPeerRequest', 'peers.recordPeerMessages']);
/** These end what is not there in the script. */
const ENDING = new Set(['peers.forgetPeer']);

/** Every recorder that a witness knows, with what the script of all recorders calls it with. */
const CALLS = Object.entries(createTestMetrics().node).flatMap(([set, recorders]) =>
  Object.keys(recorders).map((method) => {
    const calls = (NODE_SCRIPT[set as WitnessedSetName] as Readonly<Record<string, readonly unknown[]>>)[method];
    return { set: set as WitnessedSetName, method, calls: calls ?? [] };
  }),
);

function play(node: SimulationTarget['node']): void {
  for (const { set, method, calls } of CALLS) {
    for (const fields of calls) (node[set] as unknown as Recorders)[method]!(fields);
  }
}

/** A witness of metrics in which one recorder does something else. */
function witnessOfFaulty({ set, method }: { set: WitnessedSetName; method: string }, fault: 'lost' | 'twice') {
  const clock = new ManualClock();
  const registry = new Registry({ nowMs: clock.read });
  const metrics: Partial<DomainSets> = createNodeMetrics({ registry, nowMs: clock.read });
  const recorders = metrics[set] as unknown as Recorders;
  const faulty = new Proxy(recorders, {
    get: (target, name) => (fields: unknown) => {
      const times = name !== method ? 1 : fault === 'lost' ? 0 : 2;
      for (let i = 0; i < times; i++) target[name as string]!(fields);
    },
  });
  return { registry, ...witness({ metrics: { ...metrics, [set]: faulty }, clock }) };
}

describe('a witness', () => {
  it('knows what each of its recorders does to the metrics', () => {
    assert.ok(CALLS.length > 80, `${CALLS.length} recorders`);
    assert.deepEqual(
      CALLS.filter(({ calls }) => calls.length === 0).map(({ method }) => method),
      [],
    );
    const test = createTestMetrics();
    for (let i = 0; i < 3; i++) {
      play(test.node);
      test.clock.advance(7);
    }
    assertAccurate(test, test.truth);
  });

  for (const call of CALLS) {
    const name = `${call.set}.${call.method}`;
    if (WITHOUT_EFFECT.has(name) || ENDING.has(name)) continue;
    it(`sees when ${name} records nothing`, () => {
      const faulty = witnessOfFaulty(call, 'lost');
      for (const fields of call.calls) (faulty.node[call.set] as unknown as Recorders)[call.method]!(fields);
      assert.notDeepEqual(deviationsOf(faulty.registry.snapshot(), faulty.truth), []);
    });
  }

  it('sees when a recorder that counts does so twice', () => {
    const counting = CALLS.filter(({ set, method }) => {
      return method.startsWith('record') && !WITHOUT_EFFECT.has(`${set}.${method}`);
    });
    // They change which proposers are known, which twice is the same share.
    const unseen = counting.filter((call) => {
      const faulty = witnessOfFaulty(call, 'twice');
      for (const fields of call.calls) (faulty.node[call.set] as unknown as Recorders)[call.method]!(fields);
      return deviationsOf(faulty.registry.snapshot(), faulty.truth).length === 0;
    });
    assert.deepEqual(
      unseen.map(({ method }) => method),
      ['recordCommittedProposer', 'recordSigning'],
    );
  });

  it('says nothing about sets that the metrics do not have', () => {
    const test = createTestMetrics({ sets: ['mempool'] });
    play(test.node);
    assertAccurate(test, test.truth);
    const names = new Set(Array.from(test.truth.series(), ({ definition }) => definition.name.split('_')[1]));
    assert.deepEqual([...names], ['mempool']);
  });

  it('hands on what the recorders tell', () => {
    const test = createTestMetrics({ sets: ['consensus'] });
    test.node.consensus.recordVoteSent({ type: 'prepare', view: 3 });
    assert.deepEqual(
      test.events.all().map(({ type, fields }) => [type, fields]),
      [['consensus.vote_sent', { type: 'prepare', view: 3 }]],
    );
  });
});
