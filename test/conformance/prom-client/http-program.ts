// A program as prom-client's users write it: an HTTP server that measures its requests. The test runs it as it is, and once
// more with another import. It serves until its standard input ends, and prints its port.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import client, {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type LabelValues,
  Registry,
  Summary,
} from 'prom-client';

type RouteLabel = 'method' | 'route' | 'status_code';

const register = new Registry();
register.setDefaultLabels({ app: 'shop' });
collectDefaultMetrics({ register, prefix: 'shop_', gcDurationBuckets: [0.1, 1], labels: { NODE_APP_INSTANCE: '1' } });

const duration = new Histogram<RouteLabel>({
  name: 'http_request_duration_seconds',
  help: 'Duration of HTTP requests in seconds',
  labelNames: ['method', 'route', 'status_code'] as const,
  buckets: client.exponentialBuckets(60, 2, 3),
  registers: [register],
});
const requests = new client.Counter({
  name: 'http_requests_total',
  help: 'Requests',
  labelNames: ['method', 'route'],
  registers: [register],
});
const inFlight = new Gauge({ name: 'http_requests_in_flight', help: 'Requests now', registers: [register] });
const sizes = new Summary({
  name: 'http_response_size_bytes',
  help: 'Sizes of answers',
  labelNames: ['route'],
  percentiles: [0.5, 0.9],
  maxAgeSeconds: 600,
  ageBuckets: 5,
  registers: [register],
});
const orders = new Counter({
  name: 'orders_total',
  help: 'Orders "placed"',
  labelNames: ['kind'],
  registers: [register],
});
new Gauge({
  name: 'queue_depth',
  help: 'Jobs that wait',
  labelNames: ['queue'],
  registers: [register],
  async collect() {
    const depths = await Promise.resolve({ mail: 3, invoices: 1 });
    for (const [queue, depth] of Object.entries(depths)) this.set({ queue }, depth);
  },
});

const ROUTES: Readonly<Record<string, (response: ServerResponse) => string>> = {
  '/': () => 'Hello',
  '/order': () => {
    orders.inc({ kind: 'book' });
    orders.labels('film').inc(2);
    return 'Ordered';
  },
  '/broken': (response) => {
    response.statusCode = 500;
    return 'Sorry';
  },
};

type Next = () => void | Promise<void>;

function measure(request: IncomingMessage, response: ServerResponse, next: Next): void {
  const route = request.url !== undefined && request.url in ROUTES ? request.url : 'other';
  const labels: LabelValues<RouteLabel> = { method: request.method ?? 'GET', route };
  const end = duration.startTimer(labels);
  inFlight.inc();
  requests.labels(request.method ?? 'GET', route).inc();
  response.on('finish', () => {
    inFlight.dec();
    end({ status_code: response.statusCode });
  });
  void next();
}

const server = createServer((request, response) => {
  if (request.url === '/metrics') {
    void register.metrics().then((text) => response.setHeader('Content-Type', register.contentType).end(text));
    return;
  }
  measure(request, response, () => {
    const route = ROUTES[request.url ?? ''];
    if (route === undefined) response.statusCode = 404;
    const body = route?.(response) ?? 'Not found';
    sizes.observe({ route: route === undefined ? 'other' : request.url! }, body.length);
    response.end(body);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(address?.port);
});
process.stdin.resume().on('end', () => process.exit(0));
