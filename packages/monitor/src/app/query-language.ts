// What the API tells of an expression without evaluating it, with the features that are on.

import type { QueryConfig } from '../config/query-schema.ts';
import { formatQuery } from '../promql/print/format-query.ts';
import { queryTree } from '../promql/print/query-tree.ts';
import type { QueryLanguage } from '../server/prometheus/served-settings.ts';
import { featuresOf } from './query-options.ts';

export function queryLanguageOf(config: QueryConfig): QueryLanguage {
  const features = featuresOf(config);
  return {
    format: (expression) => formatQuery(expression, features),
    tree: (expression) => queryTree(expression, features),
  };
}
