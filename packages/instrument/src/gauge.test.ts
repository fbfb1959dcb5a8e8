import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounded, Registry, renderText } from './index.ts';

function samplesOf(registry: Registry): string[] {
  return renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a gauge', () => {
  it('is absent until it is set, and 0 is a value', () => {
    const registry = new Registry();
    const height = registry.gauge({ name: 'height', help: 'Height.' });
    assert.deepEqual(samplesOf(registry), []);
    height.set(0);
    assert.deepEqual(samplesOf(registry), ['height 0']);
  });

  it('goes up and down, from 0 where it was absent', () => {
    const registry = new Registry();
    const peers = registry.gauge({ name: 'peers', help: 'Peers.' });
    peers.inc();
    peers.inc(4);
    peers.dec(2);
    peers.dec();
    assert.deepEqual(samplesOf(registry), ['peers 2']);
    peers.clear();
    peers.dec(1.5);
    assert.deepEqual(samplesOf(registry), ['peers -1.5']);
  });

  it('is absent again after clear', () => {
    const registry = new Registry();
    const height = registry.gauge({ name: 'height', help: 'Height.' });
    height.set(5);
    height.clear();
    assert.deepEqual(samplesOf(registry), []);
    height.set(6);
    assert.deepEqual(samplesOf(registry), ['height 6']);
  });

  it('takes infinities, and drops and counts NaN and what is no number', () => {
    const registry = new Registry();
    const limit = registry.gauge({ name: 'limit', help: 'Limit.' });
    limit.set(Number.NEGATIVE_INFINITY);
    for (const value of [Number.NaN, '3', 3n, null, undefined]) limit.set(value as number);
    limit.inc(Number.NaN);
    limit.inc('1' as unknown as number);
    limit.inc(Number.POSITIVE_INFINITY);
    assert.deepEqual(samplesOf(registry), ['limit -Inf']);
    assert.equal(registry.droppedRecords().invalid_value, 8);
  });
});

describe('a gauge with closed labels', () => {
  it('shows only the combinations that were set, and remove makes one absent without ending its handle', () => {
    const registry = new Registry();
    const pending = registry.gauge({ name: 'transactions', help: 'T.', labels: { state: ['pending', 'queued'] } });
    const queued = pending.handle({ state: 'queued' });
    queued.set(3);
    assert.deepEqual(samplesOf(registry), ['transactions{state="queued"} 3']);
    assert.equal(pending.remove({ state: 'queued' }), true);
    assert.equal(pending.remove({ state: 'queued' }), false);
    assert.deepEqual(samplesOf(registry), []);
    queued.set(4);
    pending.inc({ state: 'pending' }, 2);
    pending.dec({ state: 'pending' });
    assert.deepEqual(samplesOf(registry), ['transactions{state="pending"} 1', 'transactions{state="queued"} 4']);
  });
});

describe('a gauge with a bounded label', () => {
  it('takes as many values as its bound, leads the next ones to "other", and counts them', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(2) } });
    for (const core of ['0', '1', '2', '3']) cores.set({ core }, Number(core) / 10);
    assert.deepEqual(samplesOf(registry), ['cores{core="0"} 0', 'cores{core="1"} 0.1', 'cores{core="other"} 0.3']);
    assert.equal(registry.droppedRecords().label_limit, 2);
    cores.set({ core: '1' }, 0.9);
    cores.set({ core: 'other' }, 0.5);
    assert.equal(registry.droppedRecords().label_limit, 2);
  });

  it('gives the place of a removed value to a new one, under a new identifier', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(1), kind: ['p', 'e'] } });
    const idsOf = (): number[] => {
      const ids: number[] = [];
      registry.visit({ family: () => {}, sample: (_name, _labels, _value, seriesId) => ids.push(seriesId) });
      return ids;
    };
    cores.set({ core: '0', kind: 'p' }, 1);
    cores.set({ core: '0', kind: 'e' }, 2);
    const before = idsOf();
    assert.equal(cores.remove({ core: '0', kind: 'p' }), true);
    cores.set({ core: '7', kind: 'p' }, 7);
    assert.deepEqual(samplesOf(registry), ['cores{core="other",kind="p"} 7', 'cores{core="0",kind="e"} 2']);
    assert.equal(cores.remove({ core: '0', kind: 'e' }), true);
    cores.set({ core: '8', kind: 'e' }, 8);
    assert.deepEqual(samplesOf(registry), ['cores{core="other",kind="p"} 7', 'cores{core="8",kind="e"} 8']);
    assert.deepEqual(
      idsOf().filter((id) => before.includes(id)),
      [],
    );
  });

  it('has a removed series start absent again, and counts what its old handle is still given', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(4) } });
    const old = cores.handle({ core: '0' });
    old.set(1);
    assert.equal(cores.remove({ core: '0' }), true);
    assert.equal(cores.remove({ core: '0' }), false);
    assert.equal(cores.remove({ core: 'never' }), false);
    const fresh = cores.handle({ core: '0' });
    old.set(5);
    old.inc();
    old.clear();
    assert.deepEqual(samplesOf(registry), []);
    assert.equal(registry.droppedRecords().unknown_label, 2);
    fresh.set(2);
    assert.deepEqual(samplesOf(registry), ['cores{core="0"} 2']);
    assert.notEqual(fresh, old);
  });

  it('drops the empty value, and leads a value that is too long to "other"', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(4) } });
    cores.set({ core: '' }, 1);
    assert.equal(registry.droppedRecords().unknown_label, 1);
    cores.set({ core: 'x'.repeat(1025) }, 2);
    assert.deepEqual(samplesOf(registry), ['cores{core="other"} 2']);
    assert.equal(registry.droppedRecords().label_limit, 1);
  });

  it('makes one series of all values that would be the same text', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(4) } });
    cores.set({ core: 'a\ud800' }, 1);
    cores.set({ core: 'a\udfff' }, 2);
    assert.deepEqual(samplesOf(registry), ['cores{core="a\ufffd"} 2']);
    assert.equal(cores.remove({ core: 'a\ud800' }), true);
  });

  it('makes no series for a value that cannot be taken', () => {
    const registry = new Registry();
    const cores = registry.gauge({ name: 'cores', help: 'Cores.', labels: { core: bounded(4) } });
    cores.set({ core: '0' }, Number.NaN);
    cores.inc({ core: '0' }, Number.NaN);
    cores.dec({ core: '0' }, 1n as unknown as number);
    assert.equal(registry.seriesCount(), 0);
    cores.set({ core: '0' }, Number.POSITIVE_INFINITY);
    cores.dec({ core: '0' }, Number.POSITIVE_INFINITY);
    assert.deepEqual(samplesOf(registry), ['cores{core="0"} +Inf']);
    assert.equal(registry.droppedRecords().invalid_value, 4);
  });
});

describe('an info', () => {
  it('shows one series at a time, with the value 1', () => {
    const registry = new Registry();
    const build = registry.info({
      name: 'build_info',
      help: 'Build.',
      labels: { version: bounded(1), os: ['linux', 'mac'] },
    });
    assert.deepEqual(samplesOf(registry), []);
    build.set({ version: '1.0', os: 'linux' });
    build.set({ version: '1.0', os: 'linux' });
    assert.deepEqual(samplesOf(registry), ['build_info{os="linux",version="1.0"} 1']);
    build.set({ version: '2.0', os: 'mac' });
    assert.deepEqual(samplesOf(registry), ['build_info{os="mac",version="2.0"} 1']);
    assert.equal(registry.seriesCount(), 1);
    assert.match(renderText(registry), /^# TYPE build_info gauge$/m);
  });

  it('shows nothing rather than what no longer holds when new labels cannot be had', () => {
    const registry = new Registry();
    const build = registry.info({ name: 'build_info', help: 'Build.', labels: { os: ['linux', 'mac'] } });
    build.set({ os: 'linux' });
    // @ts-expect-error: not one of the values
    build.set({ os: 'plan9' });
    assert.deepEqual(samplesOf(registry), []);
    assert.equal(registry.droppedRecords().unknown_label, 1);
    build.set({ os: 'mac' });
    assert.deepEqual(samplesOf(registry), ['build_info{os="mac"} 1']);
  });

  it('by a label past its bound shows one series for all of `other`, and ends each once', () => {
    const registry = new Registry({ maxSeries: 2 });
    const versions = registry.info({
      name: 'peer_info',
      help: 'Measured.',
      labels: { peer: bounded(1), version: bounded(9) },
      by: ['peer'],
    });
    for (const peer of ['a', 'b', 'c']) versions.set({ peer, version: '1' });
    versions.set({ peer: 'b', version: '2' });
    const shown = () => samplesOf(registry);
    assert.deepEqual(shown(), ['peer_info{peer="a",version="1"} 1', 'peer_info{peer="other",version="2"} 1']);
    assert.equal(versions.remove({ peer: 'c' }), true);
    assert.equal(versions.remove({ peer: 'b' }), false);
    assert.equal(registry.seriesCount(), 1);
    versions.set({ peer: 'd', version: '5' });
    versions.set({ peer: 'a', version: '6' });
    assert.deepEqual(shown().sort(), ['peer_info{peer="a",version="6"} 1', 'peer_info{peer="other",version="5"} 1']);
    // Text that would be the same is the same.
    versions.clear();
    for (const version of ['1', '2']) versions.set({ peer: version === '1' ? '\ud800' : '\ud801', version });
    assert.deepEqual(shown(), ['peer_info{peer="\ufffd",version="2"} 1']);
    versions.clear();
    assert.equal(registry.seriesCount(), 0);
  });
});
