import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptPlans, PLAN_CHARACTERS_KEPT_MAX, PLANS_KEPT_MAX, type Planned, type PlanTimes } from './kept-plans.ts';

const TIMES: PlanTimes = { stepMs: 15_000, spanMs: 60_000, mixesTypes: false };
const plannedAs = (): Planned => ({
  plan: { kind: 'number', span: { from: 0, to: 1 }, stepInvariant: true, value: 1 },
  sharedParts: new Map(),
});

/** Asks for a plan; says whether it was made anew. */
function isPlanned(plans: KeptPlans, expression: string, times: Partial<PlanTimes> = {}): boolean {
  let made = false;
  plans.of(expression, { ...TIMES, ...times }, () => {
    made = true;
    return plannedAs();
  });
  return made;
}

test('an expression is planned once, whatever its times, unless it asks for them', () => {
  const plans = new KeptPlans();
  assert.equal(isPlanned(plans, 'rate(a[5m])'), true);
  assert.equal(isPlanned(plans, 'rate(a[5m])', { stepMs: 0, spanMs: 0 }), false);
  assert.equal(isPlanned(plans, 'rate(a[5m])', { mixesTypes: true }), true);
  for (const expression of ['rate(a[step()])', 'a offset RANGE()']) {
    assert.equal(isPlanned(plans, expression), true, expression);
    assert.equal(isPlanned(plans, expression), false, expression);
    assert.equal(isPlanned(plans, expression, { stepMs: 1000 }), true, expression);
    assert.equal(isPlanned(plans, expression, { spanMs: 1000 }), true, expression);
  }
});

test('the plan that is used least recently goes first', () => {
  const plans = new KeptPlans();
  for (let at = 0; at < PLANS_KEPT_MAX; at++) isPlanned(plans, `a${at}`);
  assert.equal(isPlanned(plans, 'a0'), false);
  assert.equal(isPlanned(plans, 'another'), true);
  assert.equal(isPlanned(plans, 'a0'), false);
  assert.equal(isPlanned(plans, 'a1'), true);
});

test('long expressions make others go, and the longest are not kept', () => {
  const plans = new KeptPlans();
  const long = (letter: string) => letter.repeat(4096);
  const count = PLAN_CHARACTERS_KEPT_MAX / 4096;
  for (let at = 0; at < count; at++) isPlanned(plans, long(String.fromCharCode(97 + at)));
  assert.equal(isPlanned(plans, long('a')), true);
  assert.equal(isPlanned(plans, long('p')), false);
  assert.equal(isPlanned(plans, 'a'.repeat(4097)), true);
  assert.equal(isPlanned(plans, 'a'.repeat(4097)), true);
});

test('what cannot be planned is refused each time', () => {
  const plans = new KeptPlans();
  const refuse = () => {
    throw new Error('no');
  };
  assert.throws(() => plans.of('a(', TIMES, refuse), /no/);
  assert.equal(isPlanned(plans, 'a('), true);
});
