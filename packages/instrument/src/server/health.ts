// Whether the node is well, by the checks it was given. Results are shared for a moment, so that asking often costs no more; a
// check that hangs is failing, and is not begun anew while it hangs. What a check throws may hold anything, so of that only a
// code such as ECONNREFUSED is shown.

import { InstrumentError } from '../errors.ts';
import { type ServerParts, settlesWithin } from './server-limits.ts';

/** `true` or `'ok'` when all is well, otherwise what is wrong. Throwing, or anything else, counts as failing. */
export type HealthCheck = () => boolean | string | Promise<boolean | string>;

export interface CheckResult {
  readonly status: 'ok' | 'failing';
  readonly message?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  readonly checks: Readonly<Record<string, CheckResult>>;
  /** What the status rests on. */
  readonly message: string;
}

const OK: CheckResult = { status: 'ok' };
const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MAX_NAME_LENGTH = 64;

export class Health {
  readonly #checks: readonly RunningCheck[];
  readonly #parts: ServerParts;
  #report: Promise<HealthReport> | undefined;
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  /** @throws {InstrumentError} `option_invalid` */
  constructor(checks: Readonly<Record<string, HealthCheck>>, parts: ServerParts) {
    checkChecks(checks, parts);
    this.#checks = Object.entries(checks).map(([name, check]) => new RunningCheck(name, check, parts));
    this.#parts = parts;
  }

  /** Never rejects. */
  report(): Promise<HealthReport> {
    const { monotonicMs, limits } = this.#parts;
    const isOld = monotonicMs() - this.#reportedAtMs >= limits.maxHealthAgeMs;
    if (this.#report === undefined || isOld) {
      this.#reportedAtMs = Number.POSITIVE_INFINITY;
      this.#report = this.#run().finally(() => {
        this.#reportedAtMs = monotonicMs();
      });
    }
    return this.#report;
  }

  async #run(): Promise<HealthReport> {
    const results = await Promise.all(this.#checks.map(async (check) => [check.name, await check.result()] as const));
    const failing = results.filter(([, { status }]) => status === 'failing').length;
    const message =
      results.length === 0
        ? 'The process answers. No checks were given, so nothing else is known.'
        : `${results.length - failing} of ${results.length} checks are ok.`;
    return { status: failing === 0 ? 'ok' : 'failing', checks: Object.fromEntries(results), message };
  }
}

class RunningCheck {
  readonly name: string;
  readonly #check: HealthCheck;
  readonly #parts: ServerParts;
  #pending: Promise<CheckResult> | undefined;

  constructor(name: string, check: HealthCheck, parts: ServerParts) {
    this.name = name;
    this.#check = check;
    this.#parts = parts;
  }

  async result(): Promise<CheckResult> {
    const { after, limits } = this.#parts;
    this.#pending ??= this.#run().finally(() => {
      this.#pending = undefined;
    });
    const pending = this.#pending;
    if (await settlesWithin(after, limits.healthCheckTimeoutMs, pending)) return await pending;
    return failing(`The check did not answer within ${limits.healthCheckTimeoutMs / 1000} s.`);
  }

  async #run(): Promise<CheckResult> {
    try {
      const outcome: unknown = await this.#check();
      if (outcome === true || outcome === 'ok') return OK;
      if (typeof outcome !== 'string' || outcome === '') return failing('The check failed without a message.');
      return failing(outcome.slice(0, this.#parts.limits.maxHealthMessageLength));
    } catch (error) {
      return failing(`The check threw an error${codeOf(error)}.`);
    }
  }
}

function failing(message: string): CheckResult {
  return { status: 'failing', message };
}

function codeOf(error: unknown): string {
  try {
    const code: unknown = (error as { readonly code?: unknown }).code;
    return typeof code === 'string' && ERROR_CODE.test(code) ? `: ${code}` : '';
  } catch {
    return '';
  }
}

function checkChecks(checks: Readonly<Record<string, unknown>>, { limits }: ServerParts): void {
  const names = Object.keys(checks);
  if (names.length > limits.maxHealthChecks) {
    throw new InstrumentError(
      'option_invalid',
      `There are ${names.length} health checks: give at most ${limits.maxHealthChecks}.`,
    );
  }
  const unfit = names.find((name) => {
    return name === '' || name.length > MAX_NAME_LENGTH || typeof checks[name] !== 'function';
  });
  if (unfit !== undefined) {
    throw new InstrumentError(
      'option_invalid',
      `healthChecks has ${JSON.stringify(unfit.slice(0, MAX_NAME_LENGTH))}: give each a name of 1 to ${MAX_NAME_LENGTH} characters and a function.`,
    );
  }
}
