// What expressions are read by, for tests of adapters.

import { inspectExpression } from '../../../promql/inspect.ts';
import type { RuleLanguages } from '../../definition/read-rule-file.ts';

export const LANGUAGES: RuleLanguages = {
  readExpression: (expression) => inspectExpression(expression).printed,
  checkTemplate: () => {},
};
