// What is emitted, from all that was named: files of recordings, addresses of targets and of servers with Prometheus' API, naming
// profiles. What does not answer leaves the evidence incomplete, and says so.

import { existsSync } from 'node:fs';
import type { ProfileName } from '@chainpulse/instrument';
import { ChainpulseError, withoutCredentials } from '../../model/errors.ts';
import type { EvidenceSource } from './evidence.ts';
import { isPrometheus, prometheusEvidence } from './of-prometheus.ts';
import { recordingEvidence } from './of-recording.ts';
import { profileEvidence, registryEvidence } from './of-table.ts';
import { targetEvidence } from './of-target.ts';

export interface EvidenceRequest {
  /** Recordings and addresses. */
  readonly against: readonly string[];
  readonly profiles: readonly ProfileName[];
  /** Names of metrics that the files name. */
  readonly names: readonly string[];
}

/** @throws {ChainpulseError} `evidence_unknown` for what is neither a recording nor an address */
export async function findEvidence({ against, profiles, names }: EvidenceRequest): Promise<readonly EvidenceSource[]> {
  const sources: EvidenceSource[] = [];
  for (const each of against) sources.push(await sourceOf(each, names));
  for (const profile of profiles) sources.push(profileEvidence(profile));
  if (against.length > 0) return sources;
  const registry = registryEvidence();
  const canonical = new Set(registry.series.flatMap(({ name, family }) => [name, family]));
  // Files that name none of ours are about something else: nothing is known of it.
  const isOurs =
    profiles.length > 0 ||
    names.length === 0 ||
    names.some((name) => canonical.has(name) && !/^(?:up$|scrape_|process_|nodejs_)/.test(name));
  return isOurs ? [...sources, registry] : sources;
}

async function sourceOf(text: string, names: readonly string[]): Promise<EvidenceSource> {
  if (!/^https?:\/\//.test(text)) {
    if (!existsSync(text)) {
      throw new ChainpulseError(
        'evidence_unknown',
        `--against ${text}: there is no such recording, and it is no address: write FILE.rec.zst or http://…`,
      );
    }
    return recordingEvidence(text);
  }
  if (!URL.canParse(text)) throw new ChainpulseError('evidence_unknown', `--against ${text} is no address`);
  const url = new URL(text);
  try {
    const isPage = /\/metrics\/?$/.test(url.pathname);
    if (!isPage && (await isPrometheus(url))) return await prometheusEvidence(url, names);
    return await targetEvidence(url);
  } catch (error) {
    const name = withoutCredentials(url.href);
    const why = error instanceof Error ? error.message : String(error);
    return { name, series: [], isComplete: false, notes: [`${name} tells nothing of what it emits: ${why}`] };
  }
}
