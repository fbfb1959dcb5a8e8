// The target that takes InfluxDB's line protocol: InfluxDB 1.x at `/write`, 2.x at `/api/v2/write`, and what copies either.
// Sources: docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint, docs.influxdata.com/influxdb/v2/api/v2/#operation/PostWrite

import { InstrumentError } from '../errors.ts';
import { INFLUX_CONTENT_TYPE, renderInflux } from '../exposition/influx.ts';
import { type Endpoint, type EndpointOptions, endpointOf } from './endpoint.ts';
import { type Compression, checkedCompression, compressedRequest } from './gzip.ts';
import { type PushTarget, verdictOfStatus } from './push-target.ts';

interface InfluxCommonOptions extends EndpointOptions {
  /** The server's address; the path of its API is added. */
  readonly url: string;
  /** Default `gzip`. */
  readonly compression?: Compression;
}

/** InfluxDB 1.x. */
export interface InfluxDatabaseOptions extends InfluxCommonOptions {
  readonly database: string;
  readonly retentionPolicy?: string;
}

/** InfluxDB 2.x. */
export interface InfluxBucketOptions extends Omit<InfluxCommonOptions, 'basicAuth' | 'bearerToken'> {
  readonly bucket: string;
  readonly org: string;
  readonly token: string;
}

export type InfluxOptions = InfluxDatabaseOptions | InfluxBucketOptions;

/** @throws {InstrumentError} `option_invalid` */
export function influx(options: InfluxOptions): PushTarget {
  const compression = checkedCompression(options.compression);
  return {
    protocol: 'influx',
    endpoint: 'bucket' in options ? bucketEndpoint(options) : databaseEndpoint(options),
    takesParts: true,
    dialect: 'line protocol',
    prepare: (snapshot) => snapshot,
    encode(snapshot) {
      const headers = { 'content-type': INFLUX_CONTENT_TYPE };
      return compressedRequest({ method: 'POST', headers, body: renderInflux(snapshot) }, compression);
    },
    judge: ({ status }) => verdictOfStatus(status),
  };
}

function databaseEndpoint({ database, retentionPolicy, ...endpoint }: InfluxDatabaseOptions): Endpoint {
  const query = {
    db: required('database', database),
    precision: 'ns',
    ...(retentionPolicy === undefined ? {} : { rp: required('retentionPolicy', retentionPolicy) }),
  };
  return endpointOf(endpoint, { path: '/write', query });
}

function bucketEndpoint({ bucket, org, token, headers = {}, url }: InfluxBucketOptions): Endpoint {
  const authorization = { authorization: `Token ${required('token', token)}` };
  const query = { bucket: required('bucket', bucket), org: required('org', org), precision: 'ns' };
  const place = { path: '/api/v2/write', query, secrets: [token] };
  return endpointOf({ url, headers: { ...headers, ...authorization } }, place);
}

function required(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new InstrumentError('option_invalid', `InfluxDB needs ${name}: give it as a non-empty string.`);
}
