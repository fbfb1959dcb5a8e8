// The kinds of options that several sections of the configuration have.

import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from '../model/duration.ts';

/** In milliseconds. */
export function durationBetween(minMs: number, maxMs: number, range: string) {
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

/** In bytes. */
export const size = z
  .union([z.string(), z.number().int().nonnegative()], { error: 'write a size such as 64MiB' })
  .transform((given, context) => {
    const sizeBytes = parseSizeBytes(String(given));
    if (sizeBytes !== undefined && sizeBytes > 0) return sizeBytes;
    context.addIssue({ code: 'custom', message: `"${given}" is no size: write for example 64MiB` });
    return z.NEVER;
  });

export const credentials = z.strictObject({
  username: z.string().min(1).describe('User name.'),
  passwordFile: z.string().min(1).describe('File that holds the password; read at every request, so it may change.'),
});

export const file = z.string().min(1);

export const clientTls = z.strictObject({
  caFile: file
    .optional()
    .describe('File with the certificates (PEM) that may sign that of the server. Default: those of the system.'),
  certFile: file.optional().describe('File with a client certificate (PEM) to show; needs `keyFile`.'),
  keyFile: file.optional().describe('File with the key of `certFile` (PEM).'),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe("Name that the server's certificate must be for. Default: that of the address."),
  insecureSkipVerify: z
    .boolean()
    .default(false)
    .describe('Takes any certificate, and so anybody in between for the server.'),
});
