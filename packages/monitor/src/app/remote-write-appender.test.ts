// Against the real route and store; and against answers that a real server gives only in trouble.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChainpulseError } from '../model/errors.ts';
import { labelsFromRecord } from '../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../model/staleness.ts';
import { openRealEngine } from '../server/testing/real-engine.ts';
import { NOW_MS, startTestServer } from '../server/testing/test-server.ts';
import { type PostWrite, RemoteWriteAppender, type WriteAnswer } from './remote-write-appender.ts';

const NEVER = new AbortController().signal;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('what is appended is stored bit for bit, with histograms, exemplars and metadata, and refusals are counted', async (t) => {
  const engine = await openRealEngine(t, [], { nowMs: () => NOW_MS }, 3_600_000);
  const { url } = await startTestServer(t, { engine });
  const post: PostWrite = async (body, headers) => {
    const answer = await fetch(`${url}/api/v1/write`, { method: 'POST', headers, body: new Uint8Array(body) });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  };
  const appender = new RemoteWriteAppender(post, NEVER);
  const [a = 0, b = 0] = await appender.resolveSeries([
    labelsFromRecord({ __name__: 'a_total', x: 'é' }),
    labelsFromRecord({ __name__: 'b' }),
  ]);
  assert.deepEqual(await appender.resolveSeries([labelsFromRecord({ __name__: 'b' })]), Uint32Array.of(b));
  const values = Float64Array.of(0.1, 0, 0, 5);
  writeStaleAt(bitsOf(values), 1);
  const histogram = {
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 3,
    sum: 2,
    positiveSpans: [{ offset: 0, length: 1 }],
    positiveCounts: Float64Array.of(3),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
  };
  const exemplar = { labels: labelsFromRecord({ trace_id: 'x' }), value: 1, timestampMs: NOW_MS - 2000 };
  const outcome = await appender.append({
    refs: Uint32Array.of(a, a, b, a),
    timestampsMs: Float64Array.of(NOW_MS - 2000, NOW_MS - 1000, NOW_MS, NOW_MS - 86_400_000),
    values,
    histograms: [{ row: 2, histogram }],
    exemplars: [{ row: 0, exemplar }],
    metadata: [{ name: 'a_total', type: 'counter', help: 'of a', unit: '' }],
  });
  assert.equal(outcome.acceptedSamples, 3);
  assert.equal(outcome.rejectedSamples.too_old, 1);
  const all = { matchers: [], minTimeMs: 0, maxTimeMs: NOW_MS };
  const series = await collect(engine.select(all));
  const [first, second] = series.sort((one, other) => other.values.length - one.values.length);
  assert.equal(first?.values[0], 0.1);
  assert.ok(isStaleAt(bitsOf(first.values), 1));
  assert.deepEqual(second?.histograms?.[0]?.histogram.positiveCounts, Float64Array.of(3));
  assert.deepEqual((await collect(engine.selectExemplars(all)))[0]?.exemplars, [exemplar]);
  assert.equal((await engine.metadata('', 0))[0]?.help, 'of a');
});

const STORED: WriteAnswer = {
  status: 204,
  headers: { 'x-prometheus-remote-write-samples-written': '1' },
  text: '',
};

async function appendTo(answers: readonly (WriteAnswer | Error)[]) {
  let asked = 0;
  const waitsMs: number[] = [];
  const post: PostWrite = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const appender = new RemoteWriteAppender(post, NEVER, async (waitMs) => waitsMs.push(waitMs));
  const refs = await appender.resolveSeries([labelsFromRecord({ __name__: 'm' })]);
  const appended = appender.append({ refs, timestampsMs: NOW_MS, values: Float64Array.of(1) });
  await appended.catch(() => {});
  return { appended, asked: () => asked, waitsMs };
}

const away = new ChainpulseError('server_unreachable', 'no answer');
const busy: WriteAnswer = { status: 503, headers: {}, text: 'busy' };

test('a server that is busy or away for a moment is asked again', async () => {
  const { appended, asked } = await appendTo([busy, away, { ...busy, status: 429 }, STORED]);
  assert.equal((await appended).acceptedSamples, 1);
  assert.equal(asked(), 4);
});

test('a server that stays busy ends it, and so does one that never answered, at once', async () => {
  const stays = await appendTo([busy]);
  await assert.rejects(stays.appended, { code: 'write_failed', message: /HTTP 503\): busy/ });
  assert.equal(stays.asked(), 8);
  assert.deepEqual(stays.waitsMs, [500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
  const absent = await appendTo([away]);
  await assert.rejects(absent.appended, { code: 'server_unreachable' });
  assert.equal(absent.asked(), 1);
});

test('why another server refused samples is said in its words', async () => {
  const text = 'out of bounds for series {__name__="m"}\ntoo many exemplars\n';
  const headers = { 'x-prometheus-remote-write-samples-written': '0' };
  const { appended } = await appendTo([{ status: 400, headers, text }]);
  const { rejectedSamples, refusedBecause } = await appended;
  assert.equal(rejectedSamples.invalid, 1);
  assert.equal(refusedBecause, 'the server says: out of bounds for series {__name__="m"}; too many exemplars');
});

test('a server that takes no remote write 2.0 is told of with what to do', async () => {
  for (const answer of [
    { status: 415, headers: {}, text: 'unsupported' },
    { status: 204, headers: {}, text: '' },
  ]) {
    const { appended } = await appendTo([answer]);
    await assert.rejects(appended, { code: 'write_refused', message: /does not take remote write 2\.0/ });
  }
});
