// The walk through protobuf that pushes use, with the errors of a page: the byte, the metric, and what is wrong there.

import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { ChainpulseError } from '../../../model/errors.ts';

/** A page that is no series of MetricFamily messages. `byte` counts from 0 in the unpacked page. */
export class MalformedFamilies extends ChainpulseError {
  readonly byte: number;

  constructor(byte: number, problem: string) {
    super('exposition_malformed', `byte ${byte}: ${problem}`);
    this.name = 'MalformedFamilies';
    this.byte = byte;
  }
}

const LONGEST_SHOWN_NAME = 80;

export class FamilyReader extends ProtobufReader {
  /** The metric that is being read, for errors. */
  metric = '';

  override fail(problem: string): never {
    const name = this.metric.length > LONGEST_SHOWN_NAME ? `${this.metric.slice(0, LONGEST_SHOWN_NAME)}…` : this.metric;
    throw new MalformedFamilies(this.position, name === '' ? problem : `metric ${JSON.stringify(name)}: ${problem}`);
  }
}
