// The one schema of the configuration: what may be written, its limits and defaults. `chainpulse.yaml` and the options of
// the command line both end up here, and nothing else in the monitor validates configuration.

import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from '../model/duration.ts';
import { ChainpulseError } from '../model/errors.ts';
import { parseTargetAddress } from './target-address.ts';

const MAX_TARGETS = 1000;
const LABEL_LENGTH = 200;

function durationBetween(minMs: number, maxMs: number, range: string) {
  return z.string({ error: 'write a duration such as 5s or 1h30m' }).transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined) {
      context.addIssue({ code: 'custom', message: `"${text}" is no duration: write for example 5s, 1h30m or 30d` });
    } else if (durationMs < minMs || durationMs > maxMs) {
      context.addIssue({ code: 'custom', message: `${text} is outside ${range}` });
    } else return durationMs;
    return z.NEVER;
  });
}

const size = z
  .union([z.string(), z.number().int().nonnegative()], { error: 'write a size such as 64MiB' })
  .transform((given, context) => {
    const sizeBytes = parseSizeBytes(String(given));
    if (sizeBytes !== undefined && sizeBytes > 0) return sizeBytes;
    context.addIssue({ code: 'custom', message: `"${given}" is no size: write for example 64MiB` });
    return z.NEVER;
  });

const retention = z.union(
  [
    z.literal('unlimited').transform(() => undefined),
    durationBetween(60_000, 100 * 31_536_000_000, '1m to 100y (or write unlimited)'),
  ],
  { error: 'write a duration from 1m to 100y such as 30d, or unlimited' },
);

const interval = durationBetween(100, 86_400_000, '100ms to 1d');
const label = z.string().min(1).max(LABEL_LENGTH);

const address = z
  .string({ error: 'write the address of the target, such as http://127.0.0.1:9090/metrics' })
  .transform((text, context) => {
    try {
      return { text, ...parseTargetAddress(text) };
    } catch (error) {
      if (!(error instanceof ChainpulseError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

const target = z.strictObject({
  url: address,
  job: label.optional(),
  instance: label.optional(),
  chain: label.optional(),
  node: label.optional(),
  interval: interval.optional(),
  timeout: interval.optional(),
  bodyLimit: size.optional(),
  sampleLimit: z.number().int().positive().optional(),
  bearerTokenFile: z.string().min(1).optional(),
  basicAuth: z.strictObject({ username: z.string().min(1), passwordFile: z.string().min(1) }).optional(),
});

export const configSchema = z
  .strictObject({
    server: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        port: z.number().int().min(0).max(65535).default(8090),
      })
      .prefault({}),
    storage: z
      .strictObject({
        directory: z.string().min(1).default('chainpulse-data'),
        retention: retention.prefault('30d'),
        durability: z.enum(['full', 'normal']).default('full'),
      })
      .prefault({}),
    collection: z
      .strictObject({
        interval: interval.prefault('5s'),
        timeout: interval.prefault('4s'),
        bodyLimit: size.prefault('64MiB'),
        sampleLimit: z.number().int().positive().default(100_000),
      })
      .prefault({}),
    machine: z.boolean().default(true),
    log: z
      .strictObject({
        level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      })
      .prefault({}),
    targets: z.array(target).max(MAX_TARGETS).default([]),
  })
  .superRefine((config, context) => {
    config.targets.forEach((each, index) => {
      const timeoutMs = each.timeout ?? config.collection.timeout;
      const intervalMs = each.interval ?? config.collection.interval;
      if (each.timeout !== undefined && timeoutMs > intervalMs) {
        context.addIssue({
          code: 'custom',
          path: ['targets', index, 'timeout'],
          message: 'the timeout is longer than the interval',
        });
      }
      if (each.bearerTokenFile !== undefined && each.basicAuth !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['targets', index, 'basicAuth'],
          message: 'give either bearerTokenFile or basicAuth',
        });
      }
    });
    if (config.collection.timeout > config.collection.interval) {
      context.addIssue({
        code: 'custom',
        path: ['collection', 'timeout'],
        message: 'the timeout is longer than the interval',
      });
    }
  });

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type TargetConfig = Config['targets'][number];
