// The same text into Debian's VictoriaMetrics, by its import of exposition text: one request, streamed.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CONTENDERS, type Contender } from '../../bench/storage/contenders.ts';
import { type Load, samplesOf, startGenerator } from './generated-load.ts';
import { endInOrder, type Imported } from './import-into-chainpulse.ts';

export const VICTORIA_METRICS: Contender = CONTENDERS.find(({ id }) => id === 'victoria-metrics')!;

const VISIBLE_PATH = '/internal/force_flush';

/** `check` is called when what was imported can be asked for, with the address of the server. */
export async function importIntoVictoriaMetrics(
  load: Load,
  folder: string,
  check: (address: string) => Promise<void>,
): Promise<Imported> {
  const server = await VICTORIA_METRICS.start(folder);
  try {
    const before = server.usage();
    const startMs = performance.now();
    await post(load, new URL('/api/v1/import/prometheus', server.address));
    const seconds = (performance.now() - startMs) / 1000;
    await server.send('GET', VISIBLE_PATH);
    // What the check costs is not the price of importing.
    const written = server.usage();
    await check(server.address);
    const checked = server.usage();
    const last = await server.stop();
    return {
      name: VICTORIA_METRICS.name,
      samples: samplesOf(load),
      seconds,
      cpuSeconds: last.cpuSeconds - before.cpuSeconds - (checked.cpuSeconds - written.cpuSeconds),
      residentPeakBytes: written.residentPeakBytes,
      sizeBytes: VICTORIA_METRICS.sizeBytes(folder),
    };
  } finally {
    await server.kill();
  }
}

async function post(load: Load, url: URL): Promise<void> {
  const generator = startGenerator(load, 'pipe');
  try {
    const call = request(url, { method: 'POST' });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    const [[answer]] = await Promise.all([answered, pipeline(generator.stdout!, call), endInOrder(generator)]);
    const told = await text(answer);
    if (answer.statusCode !== 204) throw new Error(`VictoriaMetrics took no import: ${answer.statusCode} ${told}`);
  } finally {
    generator.kill('SIGKILL');
  }
}
