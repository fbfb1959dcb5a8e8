import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { functionNamed, functionNames } from '../../packages/monitor/src/promql/plan/functions/index.ts';
import { assertPageIsCurrent } from './page.ts';
import {
  EXPERIMENTAL_AGGREGATIONS,
  EXPERIMENTAL_FUNCTIONS,
  KEYWORDS,
  OPERATORS,
  STABLE_AGGREGATIONS,
  STABLE_FUNCTIONS,
} from './prometheus-language.ts';
import { promqlReference } from './promql.ts';
import { aggregationNames, operatorExample, stateOfAggregation, stateOfFunction } from './promql-examples.ts';
import { LITERALS, MATCHING_FORMS, MODIFIER_FORMS, OTHER_FORMS, SELECTOR_FORMS } from './promql-forms.ts';
import { type State, stateOf } from './promql-trial.ts';

const FORMS = [...SELECTOR_FORMS, ...MODIFIER_FORMS, ...MATCHING_FORMS, ...OTHER_FORMS];
const STABLE: State = { kind: 'stable' };
const EXPERIMENTAL: State = { kind: 'feature', flag: 'promql-experimental-functions' };

async function inState(names: readonly string[], ask: (name: string) => Promise<State>, wanted: State) {
  const found: string[] = [];
  for (const name of names) if (isDeepStrictEqual(await ask(name), wanted)) found.push(name);
  return found.sort();
}

describe('the reference of PromQL', () => {
  it('says what the engine does', async () => {
    assertPageIsCurrent('promql.md', await promqlReference());
  });

  it('has each function of Prometheus once, and no other', async () => {
    const page = await promqlReference();
    const listed = Array.from(
      page.matchAll(/^\| `([a-z_0-9]+)\([^`]*\)` \| .* \| (?:stays|goes|) \|/gm),
      ([, name]) => name!,
    );
    assert.deepEqual(listed.sort(), [...STABLE_FUNCTIONS, ...EXPERIMENTAL_FUNCTIONS].sort());
  });
});

describe('the language', () => {
  it('has every stable function of Prometheus, and the experimental ones behind their feature', async () => {
    const ask = (name: string) => stateOfFunction(name, functionNamed(name)!);
    assert.deepEqual(await inState(functionNames(), ask, STABLE), [...STABLE_FUNCTIONS].sort());
    assert.deepEqual(await inState(functionNames(), ask, EXPERIMENTAL), [...EXPERIMENTAL_FUNCTIONS].sort());
  });

  it('has every stable aggregation of Prometheus, and the experimental ones behind their feature', async () => {
    const names = aggregationNames();
    assert.deepEqual(await inState(names, stateOfAggregation, STABLE), [...STABLE_AGGREGATIONS].sort());
    assert.deepEqual(await inState(names, stateOfAggregation, EXPERIMENTAL), [...EXPERIMENTAL_AGGREGATIONS].sort());
  });

  it('has every operator of Prometheus', async () => {
    for (const operator of OPERATORS) {
      assert.deepEqual(await stateOf(operatorExample(operator)), STABLE, operator);
    }
  });

  it('has every keyword of Prometheus in a form of the page', () => {
    const examples = FORMS.map(({ example }) => example.toLowerCase()).join('\n');
    assert.deepEqual(
      KEYWORDS.filter((keyword) => !new RegExp(`\\b${keyword}\\b`).test(examples)),
      [],
    );
  });

  it('refuses no form of the page', async () => {
    for (const { example } of FORMS) assert.notEqual((await stateOf(example)).kind, 'refused', example);
    for (const literal of LITERALS.filter((text) => !/^["'`]/.test(text))) {
      assert.equal((await stateOf(literal)).kind, 'stable', literal);
    }
  });
});
