// What unit tests of rules need of PromQL and of templates, as Prometheus has them when nothing is switched on: a test that passes
// here passes there.

import { ChainpulseError } from '../model/errors.ts';
import { createQueryEngine } from '../promql/engine.ts';
import { NO_FEATURES } from '../promql/features.ts';
import { FloatHistogram } from '../promql/histogram/float-histogram.ts';
import { inspectExpression } from '../promql/inspect.ts';
import { parseTemplate } from '../rules/template/template.ts';
import type { TestFileParts } from '../rules/unit-test/run-test-file.ts';

export const RULE_TEST_PARTS: TestFileParts = {
  languages: {
    readExpression: (expression) => inspectExpression(expression, NO_FEATURES).printed,
    checkTemplate: (template, name) => parseTemplate(template, name),
  },
  createQueries: (queryable, subqueryStepMs) => createQueryEngine({ queryable, subqueryStepMs }),
  combineHistograms: (one, operator, other) => {
    const first = FloatHistogram.from(one);
    const second = FloatHistogram.from(other);
    const combined = operator === '+' ? first.plus(second) : first.minus(second);
    if (combined !== undefined) return combined.histogram.toNative();
    throw new ChainpulseError('unit_test_notation', 'a histogram with custom buckets cannot be added to one without');
  },
  monotonicMs: () => performance.now(),
};
