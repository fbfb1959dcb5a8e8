// What a recording shows: every answer of every target in it. An answer that nobody can read is passed over and told.

import { indexRecording } from '../../sources/replay/recording-index.ts';
import { readRecords } from '../../sources/replay/recording-reader.ts';
import { ExpositionParser } from '../../sources/scrape/exposition-parser.ts';
import type { EvidenceSource } from './evidence.ts';
import { SeenSeries } from './of-samples.ts';
import { collectedSeries, TARGET_LABELS } from './of-table.ts';

const SAMPLE_LIMIT = 500_000;
const OPENMETRICS_END = '# EOF';
/** Answers of one target that are read, spread over the recording: names and values repeat from one to the next. */
const MAX_ANSWERS = 60;

/** @throws {ChainpulseError} `recording_unreadable`, `recording_malformed`, `recording_too_large` */
export async function recordingEvidence(file: string): Promise<EvidenceSource> {
  const { targets } = await indexRecording(file);
  const parsers = new Map<string, ExpositionParser>();
  const counts = new Map<string, number>();
  const seen = new SeenSeries();
  let unreadable = 0;
  const isWanted = (target: string, at: number): boolean => {
    const records = targets.get(target)?.records ?? 1;
    const step = Math.max(1, Math.floor(records / MAX_ANSWERS));
    return at % step === 0 || at === records - 1;
  };
  const wants = ({ target }: { readonly target: string }): boolean => {
    const at = counts.get(target) ?? 0;
    counts.set(target, at + 1);
    return isWanted(target, at);
  };
  for await (const { target, body } of readRecords(file, wants)) {
    if (body === undefined) continue;
    const parser = parsers.get(target) ?? new ExpositionParser();
    parsers.set(target, parser);
    const isOpenMetrics = body.subarray(-16).includes(OPENMETRICS_END);
    try {
      await parser.parse({
        body,
        format: isOpenMetrics ? 'openmetrics' : 'text',
        sink: seen,
        sampleLimit: SAMPLE_LIMIT,
      });
    } catch {
      unreadable++;
    }
  }
  const notes = unreadable === 0 ? [] : [`${file}: ${unreadable} of its answers cannot be read`];
  return {
    name: file,
    series: [...seen.facts(file, TARGET_LABELS, true), ...collectedSeries(file)],
    isComplete: !seen.isCut && unreadable === 0,
    scrapeIntervalMs: Math.min(...[...targets.values()].map(({ intervalMs }) => intervalMs)),
    notes,
  };
}
