// `/health`, `/health/<component>` and `/live`: 200 while all is well, 503 when something is critical.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HealthJudge } from '../../health/health-judge.ts';
import { refuse } from '../refusal.ts';
import type { RouteTable } from '../route-table.ts';
import type { HealthState } from '../wire.ts';

export function addHealthRoutes(routes: RouteTable, health: HealthJudge): void {
  routes.add({
    path: '/health',
    methods: ['GET', 'HEAD'],
    scope: 'read',
    handler: (_request, reply) => {
      const judged = health.judge();
      return reply.code(statusOf(judged.status)).send(judged);
    },
  });
  routes.add({
    path: '/health/:component',
    methods: ['GET', 'HEAD'],
    scope: 'read',
    handler: (request, reply) => answerComponent(request, reply, health),
  });
  // That this is answered at all says what is asked.
  routes.add({
    path: '/live',
    methods: ['GET', 'HEAD'],
    scope: 'health',
    handler: (_request, reply) => reply.send({ status: 'live' }),
  });
  routes.add({
    path: '/-/healthy',
    methods: ['GET', 'HEAD'],
    scope: 'health',
    handler: (_request, reply) => reply.send('Chainpulse is Healthy.\n'),
  });
}

function answerComponent(request: FastifyRequest, reply: FastifyReply, health: HealthJudge): FastifyReply {
  const { component } = request.params as { component: string };
  const { components } = health.judge();
  const judged = Object.hasOwn(components, component) ? components[component] : undefined;
  if (judged === undefined) {
    return refuse(request, reply, {
      status: 404,
      code: 'health_component_unknown',
      message: `No component has this name; there are: ${Object.keys(components).join(', ')}.`,
    });
  }
  return reply.code(statusOf(judged.status)).send(judged);
}

function statusOf(state: HealthState): number {
  return state === 'healthy' ? 200 : 503;
}
