// The differential test with thousands of queries from a seed of its own each time.

import { randomInt } from 'node:crypto';
import { differentialTests } from './combinations.ts';

const SEED = Number(process.env['ORACLE_SEED'] ?? randomInt(2 ** 31));
const QUERIES = Number(process.env['ORACLE_QUERIES'] ?? 20_000);

differentialTests({ seed: SEED, queries: QUERIES });
