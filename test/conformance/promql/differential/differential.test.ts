// Queries made from the grammar, asked of our engine and of Prometheus 3 over the same data: the same answers. A few hundred
// from one seed here; thousands from another each time in `differential.long.test.ts`.

import { differentialTests } from './combinations.ts';

const SEED = Number(process.env['ORACLE_SEED'] ?? 20_261_121);
const QUERIES = Number(process.env['ORACLE_QUERIES'] ?? 1000);

differentialTests({ seed: SEED, queries: QUERIES });
