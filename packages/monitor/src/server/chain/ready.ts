// `/ready`: whether the store answers, and with `minPeers` and `maxBlocksBehind` whether every chain target is fit to be
// used. What was asked for and cannot be judged is not ready: a node that reports no peers may have none.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { ChainpulseError } from '../../model/errors.ts';
import { labelValue } from '../../model/labels.ts';
import type { VectorSample } from '../../promql/interface.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import { refuse } from '../refusal.ts';
import type { RouteTable } from '../route-table.ts';
import type { WireReady } from '../wire.ts';
import { groupByTarget, queryVector, selectorOf, sumOf, targetKey, valuesOf } from './target-vectors.ts';

const PEERS = 'chain_peers_connected';
const HEAD_HEIGHT = 'chain_blocks_head_height';
const CURRENT_HEIGHT = 'chain_sync_current_height';
const TARGET_HEIGHT = 'chain_sync_target_height';
const SYNC_STATE = 'chain_sync_state';

export interface ReadyDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly targets: () => readonly TargetStatus[];
}

interface Demands {
  readonly minPeers: number | undefined;
  readonly maxBlocksBehind: number | undefined;
}

/** A chain target with the latest values of the metrics above. */
interface Node {
  readonly name: string;
  readonly chain: string;
  readonly downReason: string | undefined;
  readonly samples: readonly VectorSample[];
}

export function addReadyRoutes(routes: RouteTable, deps: ReadyDeps, maxStoreAnswerMs: number): void {
  routes.add({
    path: '/ready',
    methods: ['GET', 'HEAD'],
    scope: 'read',
    handler: async (request, reply) => {
      const demands = readDemands(request);
      if (typeof demands === 'string') {
        return refuse(request, reply, { status: 400, code: 'ready_parameter_invalid', message: demands });
      }
      return answer(reply, await withinLimit(judge(deps, demands), maxStoreAnswerMs));
    },
  });
  routes.add({
    path: '/-/ready',
    methods: ['GET', 'HEAD'],
    scope: 'health',
    handler: async (_request, reply) => {
      const reasons = await withinLimit(
        judge(deps, { minPeers: undefined, maxBlocksBehind: undefined }),
        maxStoreAnswerMs,
      );
      return reasons.length === 0
        ? reply.send('Chainpulse is Ready.\n')
        : reply.code(503).type('text/plain; charset=utf-8').send('Service Unavailable\n');
    },
  });
}

function answer(reply: FastifyReply, reasons: readonly string[]): FastifyReply {
  const ready = reasons.length === 0;
  return reply.code(ready ? 200 : 503).send({ ready, reasons: [...reasons] } satisfies WireReady);
}

/** What is wrong with the parameters, when something is. */
function readDemands(request: FastifyRequest): Demands | string {
  const query = request.query as Record<string, unknown>;
  const unknown = Object.keys(query).find((name) => name !== 'minPeers' && name !== 'maxBlocksBehind');
  if (unknown !== undefined) return 'There are two parameters: minPeers and maxBlocksBehind.';
  const [minPeers, maxBlocksBehind] = [query['minPeers'], query['maxBlocksBehind']].map((given) => {
    if (given === undefined) return undefined;
    return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  });
  if (Number.isNaN(minPeers)) return 'minPeers must be one whole number, 0 or more.';
  if (Number.isNaN(maxBlocksBehind)) return 'maxBlocksBehind must be one whole number, 0 or more.';
  return { minPeers, maxBlocksBehind };
}

/** Why it is not ready; nothing when it is. */
async function judge({ engine, clock, targets }: ReadyDeps, demands: Demands): Promise<readonly string[]> {
  const { minPeers, maxBlocksBehind } = demands;
  if (minPeers === undefined && maxBlocksBehind === undefined) {
    await engine.stats();
    return [];
  }
  const selector = selectorOf([PEERS, HEAD_HEIGHT, CURRENT_HEIGHT, TARGET_HEIGHT, SYNC_STATE]);
  const nodes = nodesOf(targets(), await queryVector(engine, selector, clock.nowMs()));
  if (nodes.length === 0) {
    return ['Nothing that is watched reports a chain, so minPeers and maxBlocksBehind cannot be judged.'];
  }
  return nodes.flatMap((node) => {
    if (node.downReason !== undefined) return [`${node.name} is down: ${node.downReason}`];
    return [
      ...(minPeers === undefined ? [] : judgePeers(node, minPeers)),
      ...(maxBlocksBehind === undefined ? [] : judgeBlocks(node, nodes, maxBlocksBehind)),
    ];
  });
}

/** The targets that carry the label `chain` or report one of the metrics. */
function nodesOf(targets: readonly TargetStatus[], samples: readonly VectorSample[]): readonly Node[] {
  const byTarget = groupByTarget(samples);
  const nodes: Node[] = [];
  for (const { id, labels, health, reason } of targets) {
    const own = byTarget.get(targetKey(labels));
    const chain = labelValue(labels, 'chain');
    if (own === undefined && chain === '') continue;
    const name = labelValue(labels, 'node') || labelValue(labels, 'instance') || id;
    nodes.push({ name, chain, downReason: health === 'down' ? reason : undefined, samples: own ?? [] });
  }
  return nodes;
}

function judgePeers({ name, samples }: Node, minPeers: number): readonly string[] {
  const peers = sumOf(valuesOf(samples, PEERS));
  if (peers === undefined) return [`${name} does not report ${PEERS}, so minPeers cannot be judged.`];
  return peers >= minPeers ? [] : [`${name} has ${peers} peers, ${minPeers} are wanted.`];
}

function judgeBlocks(node: Node, nodes: readonly Node[], maxBlocksBehind: number): readonly string[] {
  const behind = blocksBehind(node, nodes);
  if (behind === undefined) {
    return [
      `${node.name} reports neither ${TARGET_HEIGHT} nor that it is synced, and no other target of its chain has a height to compare with, ` +
        'so maxBlocksBehind cannot be judged.',
    ];
  }
  return behind <= maxBlocksBehind ? [] : [`${node.name} is ${behind} blocks behind, ${maxBlocksBehind} are allowed.`];
}

/** How far a node is behind its synchronization target or the highest node of its chain, whichever is further. */
function blocksBehind(node: Node, nodes: readonly Node[]): number | undefined {
  const [current] = valuesOf(node.samples, CURRENT_HEIGHT);
  const [target] = valuesOf(node.samples, TARGET_HEIGHT);
  const [head] = valuesOf(node.samples, HEAD_HEIGHT);
  const others = nodes.filter((other) => other !== node && node.chain !== '' && other.chain === node.chain);
  const otherHeads = others.flatMap(({ samples }) => valuesOf(samples, HEAD_HEIGHT));
  const distances: number[] = [];
  if (current !== undefined && target !== undefined) distances.push(target - current);
  // A node that has nothing to catch up with names no target; its own word counts until another is ahead of it.
  if (valuesOf(node.samples, SYNC_STATE, ['state', 'synced'])[0] === 1) distances.push(0);
  if (head !== undefined && otherHeads.length > 0) distances.push(Math.max(...otherHeads) - head);
  return distances.length === 0 ? undefined : Math.max(0, ...distances);
}

/** The reasons, or the reason that the store did not give them. */
async function withinLimit(judged: Promise<readonly string[]>, limitMs: number): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`The store has not answered within ${limitMs / 1000} s.`]), limitMs);
  });
  try {
    return await Promise.race([judged, late]);
  } catch (error) {
    const known = error instanceof ChainpulseError && error.code !== 'internal';
    return [`The store does not answer: ${known ? error.message : 'the log of the monitor says more.'}`];
  } finally {
    clearTimeout(timer);
  }
}
