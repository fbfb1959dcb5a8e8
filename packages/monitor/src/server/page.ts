// The page at `/`: the files that the console's build left in one directory. Files with a hash in their name never
// change and are kept by the browser; the rest is asked for anew each time. The page may load and ask nothing but this
// server, and no other page may frame it.

import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The folder in which the build puts the files whose names carry a hash of their content. */
const HASHED = `${sep}assets${sep}`;

export function addPage(app: FastifyInstance, directory: string): void {
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', (_request, reply) =>
      reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send('The page is not built. Run `npm run build` and start the monitor again; the API works without it.\n'),
    );
    return;
  }
  app.register(fastifyStatic, {
    root: directory,
    dotfiles: 'ignore',
    cacheControl: false,
    decorateReply: false,
    setHeaders: (reply, path) => {
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      const isHashed = path.slice(directory.length).startsWith(HASHED);
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
