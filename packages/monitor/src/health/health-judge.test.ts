import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../model/labels.ts';
import type { TargetStatus } from '../sources/interface.ts';
import type { SendStatistics } from '../storage/sending.ts';
import { HealthJudge } from './health-judge.ts';

const NO_ERRORS = { append: 0, read: 0, seal: 0, delete: 0, checkpoint: 0, merge: 0, cool: 0 };

function target(id: string, changes: Partial<TargetStatus> = {}): TargetStatus {
  return {
    id,
    type: 'probe',
    address: `evm+http://127.0.0.1:8545/${id}`,
    labels: labelsFromRecord({ job: 'evm', instance: id, chain: 'dev', node: `node-${id}` }),
    health: 'up',
    reason: '',
    lastCollectionMs: 1000,
    lastDurationMs: 1,
    lastSampleCount: 1,
    sinceMs: 0,
    intervalMs: 5000,
    timeoutMs: 5000,
    ...changes,
  };
}

function sendingOf(changes: Partial<SendStatistics>): SendStatistics {
  return {
    queueSamples: 10,
    queueBytes: 100,
    oldestWaitMs: undefined,
    shards: 1,
    sentSamplesTotal: 0,
    retriedSamplesTotal: 10,
    droppedSamplesTotal: { refused: 0, unsupported: 0, age: 0, size: 0, damaged: 0 },
    requestsTotal: { sent: 0, failed: 1, refused: 0 },
    requestSecondsTotal: 1,
    lastSuccessMs: undefined,
    lastError: undefined,
    isFailing: false,
    isOnlyStore: false,
    queueMaxAgeMs: 86_400_000,
    queueMaxBytes: 2 ** 30,
    ...changes,
  };
}

function judgeOf(targets: readonly TargetStatus[], onStorageChange = () => {}) {
  return new HealthJudge({ clock: { nowMs: () => 12_000 }, targets: () => targets, onStorageChange });
}

test('with every target up and the store at work all is healthy', () => {
  assert.deepEqual(judgeOf([target('a'), target('b')]).judge(), {
    status: 'healthy',
    summary: 'All 2 targets are up and the store works.',
    timeMs: 12_000,
    components: { storage: { status: 'healthy', reasons: [] }, targets: { status: 'healthy', reasons: [] } },
  });
  assert.equal(judgeOf([]).judge().status, 'healthy');
});

test('a target that is down is critical, and the first sentence names it, since when, why and what to do', () => {
  const down = target('a', { health: 'down', reason: 'connection refused: start the node or correct its address' });
  const { status, summary, components } = judgeOf([target('b'), down]).judge();
  assert.equal(status, 'critical');
  assert.equal(
    summary,
    'node-a (evm+http://127.0.0.1:8545/a) is down since 1970-01-01 00:00:00 UTC: connection refused: start the node or correct its address.',
  );
  assert.deepEqual(components['targets'], { status: 'critical', reasons: [summary] });
  assert.equal(components['storage']?.status, 'healthy');
});

test('a target that is not known to be up or down is not critical', () => {
  const { status, summary } = judgeOf([target('a', { health: 'unknown' }), target('b')]).judge();
  assert.equal(status, 'healthy');
  assert.match(summary, /^No target is down: 1 of 2 are up/);
});

test('a failed append is critical until one succeeds, comes before the targets, and is told once', () => {
  let changes = 0;
  const down = target('a', { health: 'down', reason: 'refused' });
  const judge = judgeOf([down], () => changes++);
  judge.appendFailed(new Error('The disk is full: make room on /data'));
  judge.appendFailed(new Error('The disk is full: make room on /data'));
  const { summary, components } = judge.judge();
  assert.equal(summary, 'The store takes no samples: The disk is full: make room on /data. There is 1 more problem.');
  assert.equal(components['storage']?.status, 'critical');
  assert.equal(changes, 1);
  judge.appendSucceeded();
  judge.appendSucceeded();
  assert.equal(judge.judge().components['storage']?.status, 'healthy');
  assert.equal(changes, 2);
});

test('errors that the store counted since the reading before are critical until a reading without new ones', () => {
  const judge = judgeOf([]);
  judge.observeStorage({ errorsTotal: NO_ERRORS });
  assert.equal(judge.judge().status, 'healthy');
  judge.observeStorage({ errorsTotal: { ...NO_ERRORS, seal: 2 } });
  assert.match(judge.judge().summary, /2 in seal/);
  judge.observeStorage({ errorsTotal: { ...NO_ERRORS, seal: 2 } });
  assert.equal(judge.judge().status, 'healthy');
});

test('samples that wait long to be sent on are told of with the reason, and those that wait a moment are not', () => {
  const judge = judgeOf([]);
  const sending = sendingOf({
    isFailing: true,
    lastError: 'http://vm:8428 cannot be reached (ECONNREFUSED): start it',
  });
  judge.observeStorage({ errorsTotal: NO_ERRORS, sending: { ...sending, oldestWaitMs: 10_000 } });
  assert.equal(judge.judge().status, 'healthy');
  judge.observeStorage({ errorsTotal: NO_ERRORS, sending: { ...sending, oldestWaitMs: 600_000 } });
  assert.match(
    judge.judge().summary,
    /^Samples wait to be sent to the other server: http:\/\/vm:8428 cannot be reached/,
  );
  judge.observeStorage({
    errorsTotal: NO_ERRORS,
    sending: { ...sending, oldestWaitMs: undefined, lastError: undefined },
  });
  assert.equal(judge.judge().status, 'healthy');
});

test('where the server alone keeps the samples, its being away is critical within seconds, and never is the store said to work', () => {
  let changes = 0;
  const judge = judgeOf([target('a'), target('b')], () => changes++);
  const away = {
    isOnlyStore: true,
    isFailing: true,
    lastError: 'http://vm:8428/api/v1/write did not answer (ECONNREFUSED)',
  };
  const after = (sending: Partial<SendStatistics>) => {
    judge.observeStorage({ errorsTotal: NO_ERRORS, sending: sendingOf({ isOnlyStore: true, ...sending }) });
    return judge.judge();
  };
  assert.equal(
    after({}).summary,
    'All 2 targets are up and nothing has been sent to the server that keeps the history yet.',
  );
  assert.equal(
    after({ lastSuccessMs: 1 }).summary,
    'All 2 targets are up and the server that keeps the history takes the samples.',
  );
  const first = after({ ...away, lastSuccessMs: 1, oldestWaitMs: 9_999 });
  assert.equal(first.status, 'healthy');
  assert.match(
    first.summary,
    /the server that keeps the history did not take the last samples, which are sent again\.$/,
  );
  const critical = after({ ...away, lastSuccessMs: 1, oldestWaitMs: 10_000 });
  assert.equal(critical.status, 'critical');
  assert.equal(
    critical.summary,
    'The server that keeps the history takes no samples: http://vm:8428/api/v1/write did not answer (ECONNREFUSED). ' +
      'Samples wait in the queue, and none is lost until they have waited 1d (storage.remote.queueAge) or fill 1GiB ' +
      '(storage.remote.queueSize): start the server, or correct storage.remote, before.',
  );
  const told = changes;
  assert.equal(after({ ...away, lastSuccessMs: 1, oldestWaitMs: 15_000 }).summary, critical.summary);
  assert.equal(changes, told, 'the same words are told once');
  // What waits while the server takes it, and loses some of it for good, is on its way.
  assert.equal(after({ lastError: 'refused', lastSuccessMs: 1, oldestWaitMs: 60_000 }).status, 'healthy');
  judge.observeStorage({ errorsTotal: { ...NO_ERRORS, read: 2 }, sending: sendingOf({ isOnlyStore: true }) });
  assert.match(judge.judge().summary, /2 in read\): .*check the server that keeps the history/);
});

test('a monitor that is only pushed to tells how much comes in, and when it begins and ends', () => {
  let nowMs = 12_000;
  let changes = 0;
  const judge = new HealthJudge({ clock: { nowMs: () => nowMs }, targets: () => [], onStorageChange: () => changes++ });
  assert.equal(judge.judge().summary, 'No target is watched; the store works.');
  judge.samplesPushed(1000);
  judge.samplesPushed(234);
  assert.equal(judge.judge().summary, 'Pushed samples come in, 1,234 in the last minute, and the store works.');
  assert.equal(judge.pushedLastMinute, 1234);
  assert.equal(changes, 1);
  nowMs += 60_000;
  judge.observeStorage({ errorsTotal: NO_ERRORS });
  assert.equal(judge.judge().summary, 'No target is watched; the store works.');
  assert.equal(changes, 2);
});
