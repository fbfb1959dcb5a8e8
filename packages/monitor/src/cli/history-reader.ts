// Where `export` takes history from: a running monitor, over HTTP, or the storage worker over a folder. Both give the same
// texts, a family of metrics at a time.

import type { IncomingMessage } from 'node:http';
import { exportHistory } from '../export/export-history.ts';
import type { ExportRequest, ExportTotals, HistorySource } from '../export/interface.ts';
import type { MetricMetadata } from '../model/batch.ts';
import { ChainpulseError } from '../model/errors.ts';
import { METRIC_NAME } from '../model/labels.ts';
import type { Matcher } from '../model/matcher.ts';
import type { TimeRange } from '../storage/interface.ts';
import type { ClientAnswer, MonitorClient } from './client.ts';

export type Selection = TimeRange & Pick<ExportRequest, 'matcherSets'>;

export interface HistoryReader {
  metricNames(selection: Selection): Promise<readonly string[]>;
  labelNames(selection: Selection): Promise<readonly string[]>;
  metadata(): Promise<readonly MetricMetadata[]>;
  /** Piece by piece; totals are right behind the last one. @throws {ChainpulseError} also when the text was cut off. */
  read(request: ExportRequest, totals: ExportTotals, signal: AbortSignal): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

export function readerOf(source: HistorySource, close: () => Promise<void>): HistoryReader {
  return {
    metricNames: (selection) => source.labelValues(METRIC_NAME, { ...selection, limit: 0 }),
    labelNames: (selection) => source.labelNames({ ...selection, limit: 0 }),
    metadata: () => source.metadata('', 0),
    read: (request, totals) => exportHistory(source, request, totals),
    close,
  };
}

export class RemoteHistory implements HistoryReader {
  readonly #client: MonitorClient;

  constructor(client: MonitorClient) {
    this.#client = client;
  }

  metricNames(selection: Selection): Promise<readonly string[]> {
    return this.#list(`api/v1/label/${METRIC_NAME}/values`, selection);
  }

  labelNames(selection: Selection): Promise<readonly string[]> {
    return this.#list('api/v1/labels', selection);
  }

  async metadata(): Promise<readonly MetricMetadata[]> {
    const families = (await this.#ask('api/v1/metadata')) as Record<string, Omit<MetricMetadata, 'name'>[]>;
    return Object.entries(families).flatMap(([name, entries]) => entries.map((entry) => ({ ...entry, name })));
  }

  async *read(request: ExportRequest, totals: ExportTotals, signal: AbortSignal): AsyncGenerator<Buffer> {
    const form = formOf(request);
    form.set('format', request.format);
    if (request.isFragment) form.set('fragment', 'true');
    for (const column of request.columns ?? []) form.append('column[]', column);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await this.#client.send('api/v1/export', {
      method: 'POST',
      headers,
      body: form.toString(),
      signal,
    });
    if (answer.status !== 200) throw await this.#refusal(answer);
    try {
      for await (const chunk of answer.body) yield chunk as Buffer;
    } catch (error) {
      signal.throwIfAborted();
      throw cutOff(this.#client.shownUrl, error);
    }
    const { trailers } = answer.body as IncomingMessage;
    const samples = trailers['x-chainpulse-samples'];
    if (samples === undefined) throw cutOff(this.#client.shownUrl);
    totals.samples += Number(samples);
    totals.leftOut += Number(trailers['x-chainpulse-left-out'] ?? 0);
    for (const warning of JSON.parse(trailers['x-chainpulse-warnings'] ?? '[]') as string[])
      totals.warnings.add(warning);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #list(path: string, selection: Selection): Promise<readonly string[]> {
    return (await this.#ask(`${path}?${formOf(selection).toString()}`)) as string[];
  }

  async #ask(path: string): Promise<unknown> {
    const answer = (await this.#client.json(path)) as { data?: unknown; error?: string } | null;
    if (answer?.data !== undefined) return answer.data;
    throw new ChainpulseError('export_refused', answer?.error ?? `${this.#client.shownUrl} refused the question`);
  }

  async #refusal({ status, body }: ClientAnswer): Promise<ChainpulseError> {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const words = /"error":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    const why = words === undefined ? 'it gave no reason' : (JSON.parse(words) as string);
    const mend =
      status === 404 ? ' Only a Chainpulse monitor has what export asks for: is the address that of one?' : '';
    return new ChainpulseError('export_refused', `${this.#client.shownUrl} refused (HTTP ${status}): ${why}.${mend}`);
  }
}

function formOf({ matcherSets, minTimeMs, maxTimeMs }: Selection): URLSearchParams {
  const form = new URLSearchParams();
  for (const matchers of matcherSets) form.append('match[]', selectorText(matchers));
  form.set('start', String(minTimeMs / 1000));
  form.set('end', String(maxTimeMs / 1000));
  return form;
}

/** As PromQL, which reads every name in quotes. */
function selectorText(matchers: readonly Matcher[]): string {
  return `{${matchers.map(({ name, operator, value }) => `${JSON.stringify(name)}${operator}${JSON.stringify(value)}`).join(',')}}`;
}

function cutOff(url: string, cause?: unknown): ChainpulseError {
  return new ChainpulseError('export_cut_off', `The answer of ${url} was cut off: the log of the monitor says why.`, {
    cause,
  });
}
