// Clock frequency of the cores and temperature of the CPU, where the kernel shows them (hardly ever in a virtual machine).
// Reading them may wake a core or ask a slow bus, so it is left to Node's threads. Which files there are is looked up
// every ten minutes.
// Source: https://docs.kernel.org/admin-guide/pm/cpufreq.html, https://docs.kernel.org/hwmon/sysfs-interface.html

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { MAX_CORES } from './cpu.ts';
import type { CoreFrequency, SensorTemperature } from './machine-reading.ts';

export const MAX_SENSORS = 32;
const LOOK_AGAIN_AFTER_MS = 10 * 60_000;
/** Drivers of sensors within the CPU. */
const CPU_DRIVERS = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal', 'cpu-thermal', 'via_cputemp']);

export interface SensorFiles {
  readonly cpus: string;
  readonly hwmon: string;
}

const SENSOR_FILES: SensorFiles = { cpus: '/sys/devices/system/cpu', hwmon: '/sys/class/hwmon' };

interface NamedFile {
  readonly name: string;
  readonly path: string;
}

export class SensorReader {
  readonly #clock: Clock;
  readonly #files: SensorFiles;
  #frequencies: readonly NamedFile[] = [];
  #temperatures: readonly NamedFile[] = [];
  #lookAgainMs = 0;

  constructor(clock: Clock, files: SensorFiles = SENSOR_FILES) {
    this.#clock = clock;
    this.#files = files;
  }

  async read(): Promise<{
    readonly frequencies: readonly CoreFrequency[];
    readonly temperatures: readonly SensorTemperature[];
  }> {
    await this.#lookUp();
    const [kilohertz, millidegrees] = await Promise.all([readAll(this.#frequencies), readAll(this.#temperatures)]);
    return {
      frequencies: kilohertz.map(({ name, value }) => ({ core: name, hertz: value * 1000 })),
      temperatures: millidegrees.map(({ name, value }) => ({ sensor: name, celsius: value / 1000 })),
    };
  }

  async #lookUp(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#lookAgainMs) return;
    this.#lookAgainMs = nowMs + LOOK_AGAIN_AFTER_MS;
    this.#frequencies = await frequencyFiles(this.#files.cpus);
    this.#temperatures = await temperatureFiles(this.#files.hwmon);
  }
}

async function frequencyFiles(cpus: string): Promise<readonly NamedFile[]> {
  const files: NamedFile[] = [];
  for (const entry of await namesIn(cpus)) {
    const core = /^cpu(\d+)$/.exec(entry)?.[1];
    const path = join(cpus, entry, 'cpufreq/scaling_cur_freq');
    if (core === undefined || files.length === MAX_CORES || (await readNumber(path)) === undefined) continue;
    files.push({ name: core, path });
  }
  return files;
}

async function temperatureFiles(hwmon: string): Promise<readonly NamedFile[]> {
  const files: NamedFile[] = [];
  for (const chip of await namesIn(hwmon)) {
    const driver = (await readText(join(hwmon, chip, 'name')))?.trim() ?? '';
    if (!CPU_DRIVERS.has(driver)) continue;
    for (const entry of await namesIn(join(hwmon, chip))) {
      const sensor = /^(temp\d+)_input$/.exec(entry)?.[1];
      if (sensor === undefined || files.length === MAX_SENSORS) continue;
      const label = (await readText(join(hwmon, chip, `${sensor}_label`)))?.trim() ?? '';
      files.push({ name: `${chip} ${label === '' ? sensor : label}`, path: join(hwmon, chip, entry) });
    }
  }
  return files;
}

async function readAll(files: readonly NamedFile[]): Promise<{ readonly name: string; readonly value: number }[]> {
  const readings = await Promise.all(files.map(async ({ name, path }) => ({ name, value: await readNumber(path) })));
  return readings.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = (await readText(path))?.trim() ?? '';
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}
