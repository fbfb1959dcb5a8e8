// Rules: what evaluating the shipped ones costs, and how soon a critical one fires.

import { type BenchTable, printTable } from '../table.ts';
import { commitLatency } from './commit-latency.ts';
import { evaluationCost } from './evaluation-cost.ts';

export async function benchRules(): Promise<BenchTable[]> {
  return [await evaluationCost(), await commitLatency()];
}

if (import.meta.main) for (const table of await benchRules()) printTable(table);
