// Reads and validates `chainpulse.yaml`. Values of secrets are never in the file (it names files that hold them) and never in a
// message.

import { type Config, type ConfigInput, configSchema } from './schema.ts';
import { ConfigError, howToMend, parseYaml, pathText, problemsOf, readText } from './yaml-file.ts';

export { ConfigError } from './yaml-file.ts';

const UNKNOWN_KEY = 'is not known; see the configuration reference';

/** @throws {ConfigError} */
export function readConfigFile(path: string): ConfigInput {
  return parseConfigText(readText(path), path);
}

/** @throws {ConfigError} */
export function parseConfigText(text: string, path: string): ConfigInput {
  return parseYaml(text, { path, schema: configSchema, unknownKey: UNKNOWN_KEY }).content as ConfigInput;
}

/** Applies the schema to what the command line and the file say together. @throws {ConfigError} */
export function completeConfig(input: ConfigInput): Config {
  const result = configSchema.safeParse(input, { error: howToMend });
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, UNKNOWN_KEY);
  throw new ConfigError(problems.map(({ path, message }) => `${pathText(path)}: ${message}`));
}
