// What belongs to rules beside their state: `/-/reload` reads them anew, `/runbooks/NAME` says what to do about an alert.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refusal.ts';
import type { RouteTable } from './route-table.ts';

export interface RuleRouteDeps {
  readonly reload: () => Promise<readonly string[]>;
  readonly runbooksDirectory: string | undefined;
}

const ALERT_NAME = /^[A-Za-z][A-Za-z0-9]{0,99}$/;

export function addRuleRoutes(routes: RouteTable, { reload, runbooksDirectory }: RuleRouteDeps): void {
  routes.add({
    path: '/-/reload',
    methods: ['POST', 'PUT'],
    scope: 'admin',
    handler: (_request, reply) => answerReload(reply, reload),
  });
  routes.add({
    path: '/runbooks/:alert',
    methods: ['GET'],
    scope: 'read',
    handler: (request, reply) => answerRunbook(request, reply, runbooksDirectory),
  });
}

/** Prometheus answers 200 without content, or 500 with what is wrong. */
async function answerReload(reply: FastifyReply, reload: () => Promise<readonly string[]>): Promise<FastifyReply> {
  const problems = await reload();
  if (problems.length === 0) return reply.code(200).send();
  const told = `failed to reload config: what is wrong was left as it was\n${problems.join('\n')}\n`;
  return reply.code(500).type('text/plain; charset=utf-8').send(told);
}

async function answerRunbook(
  request: FastifyRequest,
  reply: FastifyReply,
  directory: string | undefined,
): Promise<FastifyReply> {
  const { alert } = request.params as { alert: string };
  const text = directory !== undefined && ALERT_NAME.test(alert) ? await textOf(join(directory, `${alert}.md`)) : '';
  if (text !== '') return reply.type('text/plain; charset=utf-8').send(text);
  const message = `There is no runbook for ${JSON.stringify(alert)}: shipped alerts have one each, by their names.`;
  return refuse(request, reply, { status: 404, code: 'runbook_absent', message });
}

/** '' when there is no such file. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
