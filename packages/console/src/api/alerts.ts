// Alerts, the rules behind them and what to do about them, as the monitor's own API, Prometheus' and the runbooks tell.

import type { WireAlerts, WireError } from '../../../monitor/src/server/wire.ts';
import { ApiError } from './prometheus.ts';

/** @throws {ApiError} */
export async function readAlerts(limit: number, signal: AbortSignal): Promise<WireAlerts> {
  const response = await answerOf(`api/chain/v1/alerts?limit=${limit}`, signal);
  const body = (await response.json().catch(() => undefined)) as WireAlerts | WireError | undefined;
  if (body === undefined)
    throw new ApiError('unreadable', `The monitor answered ${response.status} without a JSON body.`);
  if ('code' in body) throw new ApiError(body.code, body.message);
  return body;
}

export interface RuleGroupAnswer {
  readonly name: string;
  readonly file: string;
  /** Seconds. */
  readonly interval: number;
  readonly rules: readonly RuleAnswer[];
}

export interface RuleAnswer {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly health: 'unknown' | 'ok' | 'err';
  readonly lastError?: string;
  readonly state?: 'unknown' | 'inactive' | 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly duration?: number;
  /** Seconds. */
  readonly evaluationTime: number;
  /** RFC 3339; of the year 1 before the first. */
  readonly lastEvaluation: string;
}

/** Every group with its rules, without their alerts. @throws {ApiError} */
export async function readRuleGroups(signal: AbortSignal): Promise<readonly RuleGroupAnswer[]> {
  const response = await answerOf('api/v1/rules?exclude_alerts=true', signal);
  const body = (await response.json().catch(() => undefined)) as
    | { status: string; data?: { groups: RuleGroupAnswer[] }; error?: string; errorType?: string }
    | undefined;
  if (body?.data === undefined) {
    throw new ApiError(body?.errorType ?? 'unknown', body?.error ?? `The monitor answered ${response.status}.`);
  }
  return body.data.groups;
}

/** The text of a runbook; undefined where there is none of that name. @throws {ApiError} */
export async function readRunbook(name: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await answerOf(`runbooks/${name}`, signal);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new ApiError('unreadable', `The monitor answered ${response.status} for the runbook.`);
  return response.text();
}

async function answerOf(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { signal });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new ApiError('unreachable', 'The monitor does not answer.', { cause });
  }
}
