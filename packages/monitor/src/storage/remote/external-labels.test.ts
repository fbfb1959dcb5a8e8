import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtobufWriter } from '../../encoding/protobuf-writer.ts';
import { type Labels, labelsFrom, labelsFromRecord, labelsToRecord } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { ExternalLabels } from './external-labels.ts';
import { Sending } from './testing/sending.ts';
import { writeLabels } from './wire/label-bytes.ts';

const FLEET = labelsFromRecord({ monitor: 'rpc-1', zone: 'eu' });
const UP: Matcher = { name: '__name__', operator: '=', value: 'up' };

function bytesOf(labels: Labels): Buffer {
  const writer = new ProtobufWriter();
  writeLabels(writer, labels);
  return Buffer.from(writer.written());
}

describe('labels that every series gets on the server', () => {
  it('stand among those of the series in their order, and a label of the series counts before them', () => {
    const ownName = fc.oneof(fc.constantFrom('__name__', 'monitor', 'zone', 'mon', 'monitors', 'é', '𝄞'), fc.string());
    const value = fc.oneof(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ minLength: 100, maxLength: 300 }));
    const own = fc.dictionary(ownName, value, { maxKeys: 8 });
    const externalName = fc.oneof(
      fc.constantFrom('monitor', 'zone', 'a'),
      fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,150}$/),
    );
    const external = fc.dictionary(externalName, value, { maxKeys: 5 });
    fc.assert(
      fc.property(external, fc.array(own, { maxLength: 5 }), (given, series) => {
        const labels = new ExternalLabels(labelsFromRecord(given));
        for (const each of series) {
          const expected = labelsFrom([...Object.entries(given), ...Object.entries(each)]);
          const sent = Buffer.from(labels.addTo(bytesOf(labelsFromRecord(each))));
          assert.deepEqual(sent, bytesOf(expected));
        }
      }),
    );
  });

  it('are matchers of a question that does not name them, and no part of its answer', () => {
    const { matcherSets, hidden, strip } = new ExternalLabels(FLEET).view([[UP], []]);
    const added = [
      { name: 'monitor', operator: '=', value: 'rpc-1' },
      { name: 'zone', operator: '=', value: 'eu' },
    ];
    assert.deepEqual(matcherSets, [[UP, ...added], added]);
    assert.deepEqual([...hidden], ['monitor', 'zone']);
    const answer = labelsFromRecord({ __name__: 'up', monitor: 'rpc-1', zone: 'eu', job: 'node' });
    assert.deepEqual(labelsToRecord(strip(answer)), { __name__: 'up', job: 'node' });
  });

  it('are asked for and shown where a question names them', () => {
    const all: Matcher = { name: 'monitor', operator: '=~', value: '.+' };
    const { matcherSets, strip } = new ExternalLabels(FLEET).view([[UP, all]]);
    assert.deepEqual(matcherSets, [[UP, all, { name: 'zone', operator: '=', value: 'eu' }]]);
    const answer = labelsFromRecord({ __name__: 'up', monitor: 'rpc-2', zone: 'eu' });
    assert.deepEqual(labelsToRecord(strip(answer)), { __name__: 'up', monitor: 'rpc-2' });
  });

  it('narrow a question for everything, and change nothing when there are none', () => {
    assert.equal(new ExternalLabels(FLEET).view([]).matcherSets[0]?.length, 2);
    const none = new ExternalLabels([]);
    assert.deepEqual(none.view([]).matcherSets, []);
    assert.deepEqual(Buffer.from(none.addTo(bytesOf(FLEET))), bytesOf(FLEET));
  });

  it('go with what waited already when they are given later', async (t) => {
    const sending = await Sending.start(t, { lingerMs: 3_600_000 });
    const seen: Record<string, string>[] = [];
    sending.receiver.behave = (series) => {
      for (const { labels } of series) seen.push(labels);
      return 'take';
    };
    await sending.append(await sending.resolve(1), 0);
    await sending.reopen({}, labelsFromRecord({ monitor: 'rpc-1', i: 'not this' }));
    await sending.append(await sending.resolve(1), 1);
    await sending.store.flush();
    assert.deepEqual(seen, [{ __name__: 'm', i: '0', monitor: 'rpc-1' }]);
    sending.assertArrived(1, 2);
  });
});
