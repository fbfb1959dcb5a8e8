// How an expression is parsed with no feature on and the usual bounds.

import { NO_FEATURES } from '../../features.ts';
import { DEFAULT_QUERY_LIMITS } from '../../limits.ts';
import type { ParseOptions } from '../parser.ts';

export const PLAIN_PARSE_OPTIONS: ParseOptions = { limits: DEFAULT_QUERY_LIMITS, features: NO_FEATURES };
