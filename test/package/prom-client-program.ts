// A program written for prom-client that names its types and uses each of its metrics. The tests of the package compile and
// run it with nothing changed but the import.

import client, {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  type DefaultMetricsCollectorConfiguration,
  Gauge,
  Histogram,
  type Metric,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
  type RegistryContentType,
  register,
  Summary,
} from 'prom-client';

interface HttpMetricsOptions {
  readonly register?: Registry;
  readonly histogram?: Partial<client.HistogramConfiguration<'method' | 'route'>>;
}

/** In the manner of the plug-ins for web frameworks. */
class HttpMetrics {
  readonly duration: client.Histogram<'method' | 'route'>;
  readonly size: Summary<'method'>;
  readonly requests: Counter<'status'>;
  readonly open: Gauge;
  readonly #getRequests: Counter.Internal;
  readonly #getSize: Summary.Internal<'method'>;

  constructor(options: HttpMetricsOptions = {}) {
    const registers: Registry[] = [options.register ?? register];
    const labelNames = ['method', 'route'] as const;
    this.duration = new Histogram({ name: 'duration', help: 'h', labelNames, registers, ...options.histogram });
    this.size = new Summary({ name: 'size', help: 's', labelNames: ['method'], percentiles: [0.5], maxAgeSeconds: 60 });
    this.requests = new Counter({ name: 'requests', help: 'r', labelNames: ['status'], aggregator: 'sum' });
    this.open = new Gauge({
      name: 'open',
      help: 'o',
      async collect(this: Gauge) {
        this.set(3);
      },
    });
    this.#getRequests = this.requests.labels('200');
    this.#getSize = this.size.labels({ method: 'GET' });
  }

  record(): void {
    this.duration.zero({ method: 'GET', route: '/' });
    this.duration.labels('GET', '/').observe(0.2);
    this.duration.observe({ method: 'GET', route: '/' }, 20);
    this.#getSize.observe(100);
    this.#getRequests.inc();
    this.requests.inc({ status: 404 }, 2);
    this.requests.inc({ status: 500 });
    this.requests.remove('500');
    const end = this.duration.startTimer({ method: 'POST' });
    const seconds: number = end({ route: '/' });
    if (seconds < 0) throw new Error('Time went back.');
    this.duration.remove({ method: 'POST', route: '/' });
    try {
      // @ts-expect-error there is no such label
      this.requests.inc({ state: 404 });
    } catch (error) {
      console.log((error as Error).message);
    }
  }
}

const metrics = new HttpMetrics({ histogram: { buckets: client.linearBuckets(0.1, 0.4, 3) } });
register.setDefaultLabels({ app: 'program' });
metrics.record();

const configuration: CounterConfiguration<'kind'> = {
  name: 'other_total',
  help: 'c',
  labelNames: ['kind'],
  registers: [],
};
const other = new Counter(configuration);
const ownRegistry: Registry = new Registry();
ownRegistry.registerMetric(other);
other.inc({ kind: 'own' }, 4);

const exemplars = new Registry<OpenMetricsContentType>();
exemplars.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
const traced = new Histogram({
  name: 'traced',
  help: 't',
  labelNames: ['step'],
  buckets: client.exponentialBuckets(1, 2, 2),
  enableExemplars: true,
  registers: [exemplars],
});
traced.observe({ value: 1.5, labels: { step: 'apply' }, exemplarLabels: { step: 'abc' } });

const ofTheProcess = new Registry();
const defaults: DefaultMetricsCollectorConfiguration<PrometheusContentType> = {
  register: ofTheProcess,
  prefix: 'app_',
  gcDurationBuckets: [0.1],
  labels: { part: 'main' },
};
collectDefaultMetrics(defaults);

async function page(of: Registry): Promise<string> {
  const metric: Metric | undefined = of.getSingleMetric('requests');
  const names = (await of.getMetricsAsJSON()).map(({ name, values }) => `${name} ${values.length}`);
  return `${await of.metrics()}${of.contentType} ${names.join(', ')} ${String(metric instanceof Counter)}`;
}

async function main(): Promise<void> {
  const contentType: RegistryContentType = exemplars.contentType;
  console.log(await page(Registry.merge([register, ownRegistry])));
  console.log(contentType, (await exemplars.metrics()).replaceAll(/ \d{10}(\.\d+)?$/gm, ' NOW'));
  console.log(ofTheProcess.getMetricsAsArray().map(({ name }) => name));
  console.log(await client.AggregatorRegistry.aggregate([await register.getMetricsAsJSON()]).metrics());
}

void main();
