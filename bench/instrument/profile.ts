// Where the time goes that is left: a CPU profile of recording and of rendering, as a flame graph and as a list. What it
// writes is kept beside it: `node --conditions=@chainpulse/source bench/instrument/profile.ts` makes `profile.svg` anew.

import { writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { createNodeMetrics, Registry, renderProtobuf, renderTextBytes } from '@chainpulse/instrument';
import { changeAll, ourFixture } from './fixture.ts';
import { flameGraph, type ProfileTree } from './flame-graph.ts';

const SAMPLING_INTERVAL_US = 100;
const SECONDS_EACH = 3;
const LISTED = 15;

/** Named so that they are the roots of the graph. */
const WORKLOADS = {
  recordBlocks() {
    const metrics = createNodeMetrics({ registry: new Registry() });
    return (i: number): void => {
      metrics.consensus.recordBlockCommitted({ height: i, view: i, latencySeconds: 0.001 * (i % 997) });
      metrics.consensus.recordVoteReceived({ type: 'commit', view: i, validator: 'a' });
      metrics.network.recordMessageReceived({ type: 'vote', peer: 'a', sizeBytes: 512 });
    };
  },
  renderText() {
    const fixture = ourFixture();
    const handles = fixture.handles();
    return (i: number): void => {
      changeAll(handles, i);
      renderTextBytes(fixture.registry);
    };
  },
  renderProtobuf() {
    const fixture = ourFixture();
    const handles = fixture.handles();
    return (i: number): void => {
      changeAll(handles, i);
      renderProtobuf(fixture.registry.snapshot());
    };
  },
};

async function profile(): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  const steps = Object.values(WORKLOADS).map((make) => make());
  for (const step of steps) run(step, SECONDS_EACH / 3);
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
  await session.post('Profiler.start');
  for (const step of steps) run(step, SECONDS_EACH);
  const { profile: recorded } = await session.post('Profiler.stop');
  session.disconnect();
  return recorded;
}

function run(step: (i: number) => void, seconds: number): void {
  const endMs = performance.now() + 1000 * seconds;
  for (let i = 0; performance.now() < endMs; i++) for (let j = 0; j < 10; j++) step(10 * i + j);
}

function treeOf({ nodes, samples = [] }: Profiler.Profile): ProfileTree {
  const own = new Map<number, number>();
  for (const id of samples) own.set(id, (own.get(id) ?? 0) + 1);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const build = (id: number): ProfileTree => {
    const { callFrame, children = [] } = byId.get(id)!;
    const built = children.map(build);
    const file = callFrame.url.split('/').slice(-2).join('/');
    const selfSamples = own.get(id) ?? 0;
    return {
      name: callFrame.functionName === '' ? '(anonymous)' : callFrame.functionName,
      place: file === '' ? '' : `${file}:${callFrame.lineNumber + 1}`,
      selfSamples,
      totalSamples: built.reduce((sum, child) => sum + child.totalSamples, selfSamples),
      children: built,
    };
  };
  return build(nodes[0]!.id);
}

function printSelfTimes(root: ProfileTree): void {
  const byPlace = new Map<string, number>();
  const walk = ({ name, place, selfSamples, children }: ProfileTree): void => {
    const key = `${name}  ${place}`;
    byPlace.set(key, (byPlace.get(key) ?? 0) + selfSamples);
    for (const child of children) walk(child);
  };
  walk(root);
  const ranked = [...byPlace].sort(([, a], [, b]) => b - a).slice(0, LISTED);
  for (const [key, samples] of ranked)
    console.log(`${((100 * samples) / root.totalSamples).toFixed(1).padStart(5)} %  ${key}`);
}

const tree = treeOf(await profile());
printSelfTimes(tree);
writeFileSync(new URL('./profile.svg', import.meta.url), flameGraph(tree));
