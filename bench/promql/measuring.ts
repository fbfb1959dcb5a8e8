// What one question takes from each contender: they take turns, round after round, in an order that rotates. A round asks a quick
// question several times, so that the kernel's ticks of CPU time mean something.

import type { ServerProcess } from '../storage/server-process.ts';
import { median } from '../table.ts';
import { type ParsedAnswer, parseAnswer } from './answers.ts';
import { Asking } from './asking.ts';
import type { Contender } from './contenders.ts';
import type { Question } from './questions.ts';
import { ROUNDS } from './settings.ts';
import type { Started } from './stores.ts';

/** Unmeasured: twice at least, and until so much time has passed. A monitor that has run for a while has compiled its code. */
const WARMUPS_MIN = 2;
const WARMUP_MS = 500;
/** A round of a contender takes about so long, unless one answer takes longer. */
const ROUND_MS = 150;
const ASKED_A_ROUND_MAX = 40;
/** How often resident memory is looked at while a question is answered. */
const MEMORY_EVERY_MS = 20;

export interface Measured {
  readonly answer: ParsedAnswer;
  readonly bytes: number;
  /** NaN, as what follows, where there was no answer. */
  readonly medianMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

interface Turn {
  readonly server: ServerProcess;
  readonly asking: Asking;
  readonly answer: ParsedAnswer;
  readonly bytes: number;
  readonly askedARound: number;
  readonly timesMs: number[];
  cpuSeconds: number;
  peakBytes: number;
}

export async function measureQuestion(
  started: readonly Started[],
  question: Question,
): Promise<ReadonlyMap<Contender, Measured>> {
  const turns: { contender: Contender; turn: Turn }[] = [];
  for (const { contender, server } of started) turns.push({ contender, turn: await warmUp(server, question) });
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < turns.length; at++) {
      const { turn } = turns[(at + round) % turns.length]!;
      if (turn.answer.error === undefined) await play(turn, question);
    }
  }
  for (const { turn } of turns) turn.asking.close();
  return new Map(turns.map(({ contender, turn }) => [contender, measured(turn)]));
}

async function warmUp(server: ServerProcess, question: Question): Promise<Turn> {
  const asking = new Asking(server.address);
  const startMs = performance.now();
  let reply = await asking.ask(question);
  for (let asked = 1; asked < WARMUPS_MIN || performance.now() - startMs < WARMUP_MS; asked++) {
    reply = await asking.ask(question);
  }
  return {
    server,
    asking,
    answer: parseAnswer(reply.status, reply.body),
    bytes: reply.body.length,
    askedARound: Math.max(1, Math.min(ASKED_A_ROUND_MAX, Math.round(ROUND_MS / reply.elapsedMs))),
    timesMs: [],
    cpuSeconds: 0,
    peakBytes: 0,
  };
}

async function play(turn: Turn, question: Question): Promise<void> {
  const { server, asking, timesMs } = turn;
  const look = (): void => {
    turn.peakBytes = Math.max(turn.peakBytes, server.usage().residentBytes);
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  const before = server.usage().cpuSeconds;
  for (let asked = 0; asked < turn.askedARound; asked++) timesMs.push((await asking.ask(question)).elapsedMs);
  turn.cpuSeconds += server.usage().cpuSeconds - before;
  clearInterval(timer);
  look();
}

function measured({ answer, bytes, timesMs, cpuSeconds, peakBytes }: Turn): Measured {
  if (timesMs.length === 0) return { answer, bytes, medianMs: Number.NaN, cpuMs: Number.NaN, peakBytes: Number.NaN };
  return { answer, bytes, medianMs: median(timesMs), cpuMs: (1000 * cpuSeconds) / timesMs.length, peakBytes };
}
