// The decoder of each format.

import { DEFAULT_PUSH_LIMITS } from '../sources/push/limits.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { ExpositionDecoder } from './exposition-decoder.ts';
import { InfluxDecoder } from './influx-decoder.ts';
import type { LineDecoder, LineFormat } from './interface.ts';
import { JsonDecoder } from './json-decoder.ts';
import { TsdbDumpDecoder } from './tsdb-dump-decoder.ts';

export interface DecoderStart {
  /** The time of samples that carry none. */
  readonly receivedMs: number;
  /** What the first lines said that the others need, of a file that is not read from its beginning. */
  readonly header: string | undefined;
}

export function decoderOf(format: LineFormat, { receivedMs, header }: DecoderStart): LineDecoder {
  switch (format) {
    case 'text':
    case 'openmetrics':
      return new ExpositionDecoder(format, receivedMs, DEFAULT_PUSH_LIMITS);
    case 'json':
      return new JsonDecoder();
    case 'csv':
      return new CsvDecoder(header, DEFAULT_PUSH_LIMITS);
    case 'influx':
      return new InfluxDecoder(receivedMs, DEFAULT_PUSH_LIMITS);
    case 'tsdb-dump':
      return new TsdbDumpDecoder(DEFAULT_PUSH_LIMITS);
  }
}
