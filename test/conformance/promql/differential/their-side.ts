// Prometheus 3 over its API.

import { oraclePath, PROMETHEUS_3 } from '../../../oracles/oracle-paths.ts';
import { PrometheusServer } from '../prometheus-server.ts';
import { type Answer, type ApiResult, readResult } from './answers.ts';
import type { FeatureSet } from './features.ts';
import { isRangeQuestion, type Question } from './questions.ts';

const BINARY = oraclePath(PROMETHEUS_3);
export const SKIP_WITHOUT_PROMETHEUS_3 = BINARY === undefined ? 'no Prometheus 3 here: npm run oracles' : false;

export function startTheirs(features: FeatureSet): Promise<PrometheusServer> {
  return PrometheusServer.start({ binary: BINARY!, features: features.theirs });
}

export async function askTheirs(server: PrometheusServer, question: Question): Promise<Answer> {
  const { expression, lookbackMs } = question;
  const times: Record<string, string> = isRangeQuestion(question)
    ? { start: seconds(question.startMs), end: seconds(question.endMs), step: seconds(question.stepMs) }
    : { time: seconds(question.timeMs) };
  const lookback: Record<string, string> = lookbackMs === undefined ? {} : { lookback_delta: seconds(lookbackMs) };
  const path = isRangeQuestion(question) ? 'query_range' : 'query';
  const answer = (await server.ask(path, { query: expression, ...times, ...lookback })) as ApiAnswer;
  if (answer.status === 'error') return { type: 'error', errorType: answer.errorType, message: answer.error };
  return { ...readResult(answer.data), warnings: answer.warnings ?? [], infos: answer.infos ?? [] };
}

type ApiAnswer =
  | { readonly status: 'error'; readonly errorType: string; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: ApiResult;
      readonly warnings?: readonly string[];
      readonly infos?: readonly string[];
    };

function seconds(timeMs: number): string {
  return (timeMs / 1000).toFixed(3);
}
