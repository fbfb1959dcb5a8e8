// The paths that exist. Every path answers the methods it knows and refuses all others with 405 and `Allow`; the list of
// paths is what an unknown one is answered with.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refusal.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

type Method = (typeof METHODS)[number];

export interface Route {
  readonly path: string;
  readonly methods: readonly Method[];
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

export class RouteTable {
  readonly #app: FastifyInstance;
  readonly #paths: string[] = [];

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  add({ path, methods, handler }: Route): void {
    this.#paths.push(path);
    this.#app.route({ url: path, method: [...methods], handler });
    this.#app.route({
      url: path,
      method: METHODS.filter((method) => !methods.includes(method)),
      // Before the body is read: what the method is refused for does not depend on it.
      onRequest: (request, reply) => refuseMethod(request, reply, methods),
      handler: () => {},
    });
  }
}

async function refuseMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly Method[],
): Promise<unknown> {
  const allowed = methods.join(', ');
  return refuse(request, reply.header('allow', allowed), {
    status: 405,
    code: 'method_not_allowed',
    message: `${request.method} is not answered here; ${allowed} is.`,
  });
}
