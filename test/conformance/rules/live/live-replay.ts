// A play from its start to the comparison: the nodes, both servers, the restart of both in the middle.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { becomesTrue } from '../../testing/server-process.ts';
import { alertKey, readHistory } from './alert-history.ts';
import { type Comparison, compareHistories } from './compare-histories.ts';
import { PlayedNetwork } from './played-network.ts';
import { type Scale, scaledRuleFiles } from './scaled-rules.ts';
import type { PlayedNode } from './scenario.ts';
import { EVALUATION_MS, SCRAPE_MS, type Side, type Sides, startSides } from './sides.ts';

export interface Play {
  readonly scale: Omit<Scale, 'evaluationMs'>;
  readonly nodes: readonly PlayedNode[];
  /** What comes later waits until both are back. */
  readonly restartSecond: number;
  readonly seconds: number;
}

export interface Replayed extends Comparison {
  /** Alerts that `/api/v1/alerts` of one side told of, and of the other did not at about that time. */
  readonly toldOnce: readonly string[];
  readonly outagesMs: readonly [ours: number, theirs: number];
}

/** Nothing changes for so long once both watch. */
const CALM_MS = 3000;
/** Targets that were collected a moment ago, if the rules were evaluated then, too. */
const FRESH = 'count(timestamp(up) > time() - 2) and on () timestamp(ALERTS{alertname="Watchdog"}) > time() - 2';
const WATCHES_WITHIN_MS = 60_000;
const POLL_MS = 1000;
/** What is played again when collections failed that should not have. */
const ATTEMPTS = 3;
/** A change is seen by one scrape and then by one evaluation, on each side at its own moment. */
const TOLERANCE_MS = EVALUATION_MS + SCRAPE_MS;

interface Poll {
  readonly atMs: number;
  /** Those that fire. */
  readonly alerts: ReadonlySet<string>;
}

/** Plays until no node was missed because the machine was too slow for its scrapes: such a play says nothing about rules. */
export async function replay(t: TestContext, play: Play): Promise<Replayed> {
  for (let attempt = 1; ; attempt++) {
    const { missed, ...replayed } = await replayOnce(t, play);
    if (missed === 0) return replayed;
    t.diagnostic(`${missed} collections of nodes that were there have failed`);
    if (attempt === ATTEMPTS) throw new Error('this machine is too slow for the play');
  }
}

async function replayOnce(t: TestContext, play: Play): Promise<Replayed & { readonly missed: number }> {
  const { scale, nodes, restartSecond, seconds } = play;
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-live-'));
  await using network = await PlayedNetwork.reserve(nodes);
  const sides = await startSides(folder, network, scaledRuleFiles({ ...scale, evaluationMs: EVALUATION_MS }));
  t.after(async () => {
    await Promise.all([sides.ours.server.dispose(), sides.theirs.server.dispose()]);
    rmSync(folder, { recursive: true, force: true });
  });
  await areWatching(sides, 'count(up)', nodes.length);
  await network.open();
  await delay(CALM_MS);
  network.play();
  const ended = new AbortController();
  const polled = Promise.all([poll(sides.ours, ended.signal), poll(sides.theirs, ended.signal)]);
  await delay(restartSecond * 1000);
  const restartMs = Date.now();
  network.hold(restartSecond);
  await restart(sides);
  await areWatching(sides, FRESH, nodes.length);
  await delay(CALM_MS);
  const resumedMs = Date.now();
  const delayedSeconds = network.resume();
  await delay((seconds + delayedSeconds) * 1000 - network.playMs);
  ended.abort();
  const [ourPolls, theirPolls] = await polled;
  const range = { fromMs: network.startMs, toMs: Date.now(), restartMs, evaluationMs: EVALUATION_MS };
  const [ours, theirs] = await Promise.all([
    readHistory({ ...range, address: sides.ours.server.address }),
    readHistory({ ...range, address: sides.theirs.server.address }),
  ]);
  return {
    ...compareHistories(ours, theirs, { toleranceMs: TOLERANCE_MS, startMs: network.startMs }),
    toldOnce: toldOnce(ourPolls, theirPolls, { fromMs: restartMs, toMs: resumedMs }),
    outagesMs: [ours.outageMs, theirs.outageMs],
    missed: (await missedCollections(sides.ours, play, range)) + (await missedCollections(sides.theirs, play, range)),
  };
}

async function restart({ ours, theirs }: Sides): Promise<void> {
  await Promise.all([ours, theirs].map(({ server, stopSignal }) => server.kill(stopSignal)));
  await Promise.all([ours, theirs].map(({ server }) => server.start()));
}

/** Prometheus begins to scrape some five seconds after its start. */
async function areWatching({ ours, theirs }: Sides, expression: string, targets: number): Promise<void> {
  const isWatching = async ({ server }: Side) => {
    const response = await fetch(`${server.address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    return (await response.text()).includes(`,"${targets}"]`);
  };
  for (const side of [ours, theirs]) {
    const isThere = await becomesTrue(() => isWatching(side), WATCHES_WITHIN_MS);
    if (!isThere) throw new Error(`${side.name} does not collect the nodes`);
  }
}

/** Of nodes that were never away. */
async function missedCollections({ server }: Side, { nodes }: Play, { fromMs, toMs }: Period): Promise<number> {
  const steady = nodes.filter(({ outages }) => outages.length === 0).map(({ name }) => name);
  const window = `${Math.floor((toMs - fromMs) / 1000)}s`;
  const up = `up{node=~"${steady.join('|')}"}[${window}]`;
  const query = `sum(count_over_time(${up}) - sum_over_time(${up}))`;
  const parameters = new URLSearchParams({ query, time: String(toMs / 1000) });
  const response = await fetch(`${server.address}/api/v1/query`, { method: 'POST', body: parameters });
  const { data } = (await response.json()) as { data: { result: [{ value: [number, string] }] } };
  return Number(data.result[0].value[1]);
}

async function poll({ server }: Side, signal: AbortSignal): Promise<readonly Poll[]> {
  const polls: Poll[] = [];
  while (!signal.aborted) {
    const response = await fetch(`${server.address}/api/v1/alerts`).catch(() => undefined);
    const body = (await response?.json().catch(() => undefined)) as AlertsAnswer | undefined;
    if (body !== undefined) {
      const firing = body.data.alerts.filter(({ state }) => state === 'firing');
      const alerts = firing.map(({ labels }) => alertKey(labels));
      polls.push({ atMs: Date.now(), alerts: new Set(alerts) });
    }
    await delay(POLL_MS);
  }
  return polls;
}

interface AlertsAnswer {
  readonly data: { readonly alerts: readonly { readonly labels: Record<string, string>; readonly state: string }[] };
}

interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one side tells as firing at a poll and the one before, and the other at none of its polls around it. */
function toldOnce(ours: readonly Poll[], theirs: readonly Poll[], restart: Period): readonly string[] {
  return [
    ...toldByNoOther(ours, theirs, restart).map((key) => `${key}: not by Prometheus`),
    ...toldByNoOther(theirs, ours, restart).map((key) => `${key}: not here`),
  ];
}

function toldByNoOther(tellers: readonly Poll[], others: readonly Poll[], { fromMs, toMs }: Period): readonly string[] {
  const reachMs = TOLERANCE_MS + 2 * POLL_MS;
  const found = new Set<string>();
  for (const [at, { atMs, alerts }] of tellers.entries()) {
    // Around the restart each side is away, and settles, at its own moments: the histories are compared there.
    if (atMs > fromMs - reachMs && atMs < toMs) continue;
    const around = others.filter((other) => Math.abs(other.atMs - atMs) <= reachMs);
    for (const key of alerts) {
      const isLasting = tellers[at - 1]?.alerts.has(key) === true;
      if (isLasting && !around.some((other) => other.alerts.has(key))) found.add(key);
    }
  }
  return [...found];
}
