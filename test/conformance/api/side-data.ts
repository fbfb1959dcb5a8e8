// Exemplars and metadata, written to both servers of a comparison by remote write 1.0 as its official definitions have it.

import { compress } from 'snappyjs';
import {
  encodeWrite1,
  labelMessages,
  type Pairs,
} from '../../../packages/monitor/src/sources/push/testing/official-proto.ts';
import { postWrite } from './prometheus-3.ts';

export interface SeriesExemplars {
  readonly labels: Pairs;
  /** Of one series in the order of their times. */
  readonly exemplars: readonly { readonly labels: Pairs; readonly value: number; readonly timestamp: number }[];
}

export interface FamilyMetadata {
  readonly metricFamilyName: string;
  readonly type: 'COUNTER' | 'GAUGE' | 'HISTOGRAM' | 'SUMMARY' | 'UNKNOWN';
  readonly help: string;
  readonly unit: string;
}

/** The series have to have samples already. */
export function writeExemplars(address: string, series: readonly SeriesExemplars[]): Promise<void> {
  const timeseries = series.map(({ labels, exemplars }) => ({
    labels: labelMessages(labels),
    exemplars: exemplars.map(({ labels: own, value, timestamp }) => ({ labels: labelMessages(own), value, timestamp })),
  }));
  return postWrite(address, compress(Buffer.from(encodeWrite1({ timeseries }))));
}

export function writeMetadata(address: string, metadata: readonly FamilyMetadata[]): Promise<void> {
  return postWrite(address, compress(Buffer.from(encodeWrite1({ metadata }))));
}
