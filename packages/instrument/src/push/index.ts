// The public surface of @chainpulse/instrument/push.

export type { DroppedSamplesReason, RequestOutcome } from '../domains/table/push.ts';
export type { EndpointOptions } from './endpoint.ts';
export type { Compression } from './gzip.ts';
export { type InfluxBucketOptions, type InfluxDatabaseOptions, type InfluxOptions, influx } from './influx.ts';
export { type OtlpHttpOptions, otlpHttp } from './otlp-http.ts';
export type { PushClock } from './push-clock.ts';
export type { PushFailure, PushOptions } from './push-options.ts';
export type { PushStatistics } from './push-record.ts';
export type { Answer, EncodedRequest, PushProtocol, PushTarget, Verdict } from './push-target.ts';
export { type Push, type StopOptions, startPush } from './pusher.ts';
export { type DeleteOptions, type PushgatewayOptions, type PushgatewayTarget, pushgateway } from './pushgateway.ts';
export { type RemoteWriteOptions, remoteWrite } from './remote-write.ts';
