// The paths that exist. Every path answers the methods it knows and refuses all others with 405 and `Allow`; the list of
// paths is what an unknown one is answered with. Each path says what a caller must be allowed to do.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteScope } from './auth/scopes.ts';
import { refuse } from './refusal.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

type Method = (typeof METHODS)[number];

export interface Route {
  readonly path: string;
  readonly methods: readonly Method[];
  /** What a caller must be allowed to do, where the monitor authenticates. */
  readonly scope: RouteScope;
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

export class RouteTable {
  readonly #app: FastifyInstance;
  readonly #paths: string[];

  constructor(app: FastifyInstance, paths: string[] = []) {
    this.#app = app;
    this.#paths = paths;
  }

  /** The same list of paths, for routes of another context of the application. */
  within(app: FastifyInstance): RouteTable {
    return new RouteTable(app, this.#paths);
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  add({ path, methods, scope, handler }: Route): void {
    this.#paths.push(path);
    const config = { scope };
    this.#app.route({ url: path, method: [...methods], config, handler });
    this.#app.route({
      url: path,
      method: METHODS.filter((method) => !methods.includes(method)),
      config,
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
  const allowed = methods.toSorted().join(', ');
  return refuse(request, reply.header('allow', allowed), {
    status: 405,
    code: 'method_not_allowed',
    message: `${request.method} is not answered here; ${allowed} is.`,
  });
}
