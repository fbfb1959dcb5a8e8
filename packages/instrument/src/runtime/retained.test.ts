import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bounded, type FamilySnapshot, Registry } from '../index.ts';
import { RetainedFamilies } from './retained.ts';

/** What a thread that had these labels to itself leaves. */
function leftBy(thread: number): readonly FamilySnapshot[] {
  const registry = new Registry();
  const labels = { task: bounded(3000) };
  const jobs = registry.counter({ name: 'jobs_total', help: 'Measured.', labels });
  const latest = registry.gauge({ name: 'latest', help: 'Measured.', labels });
  for (let i = 0; i < 3000; i++) {
    jobs.inc({ task: `${thread}-${i}` });
    latest.set({ task: `${thread}-${i}` }, thread);
  }
  return registry.snapshot().families;
}

it('what ended threads leave is bounded, and its totals are exact past the bound', () => {
  const retained = new RetainedFamilies();
  for (let thread = 1; thread <= 8; thread++) retained.retain(leftBy(thread));
  const [jobs, latest] = retained.families;
  assert.ok(jobs?.type === 'counter' && latest?.type === 'gauge');
  assert.equal(jobs.points.length, 10_001);
  assert.equal(latest.points.length, 10_000);
  assert.equal(
    jobs.points.reduce((sum, { value }) => sum + value, 0),
    8 * 3000,
  );
  assert.deepEqual(jobs.points.at(-1)?.labels, [{ name: 'task', value: 'overflow' }]);
  assert.equal(latest.points.at(-1)?.value, 8);
});
