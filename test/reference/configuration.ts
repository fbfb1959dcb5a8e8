// Renders the reference page of the configuration from its schema, so that the page cannot say anything else.

import { z } from 'zod';
import { configSchema } from '../../packages/monitor/src/config/schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

const HEAD = `# Configuration

\`chainpulse watch\` reads \`chainpulse.yaml\` of the folder it is started in, or the file that \`--config\` names. Every option has a
default, so an empty file is a whole configuration; options of the command line go on top. A file with errors is refused with all of
them at once, each with its line, column and path, and exit code 2.

Durations are written as in Prometheus (\`250ms\`, \`5s\`, \`1h30m\`, \`30d\`), sizes with decimal or binary units (\`64MiB\`, \`1MB\`).

\`\`\`yaml
storage:
  directory: /var/lib/chainpulse
  retention: 90d
targets:
  - url: evm+http://127.0.0.1:8545
    chain: mainnet
    node: rpc-1
  - url: https://node.example/metrics
    job: beacon
    interval: 10s
    timeout: 8s
    bearerTokenFile: /run/secrets/beacon-token
\`\`\`

The installed command keeps Node's compiled code, some 6 MB, in \`$XDG_CACHE_HOME/chainpulse/compiled\` (\`~/.cache\` by default), which makes a start a tenth of a
second shorter; the folder may be deleted at any time, and without a home nothing is kept.

<!-- Generated from packages/monitor/src/config/schema.ts: UPDATE_DOCS=1 node scripts/test.ts test/reference -->

| option | type | default | |
|---|---|---|---|
`;

export function configurationReference(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return `${HEAD}${rows(schema, '').join('\n')}\n`;
}

function rows(schema: JsonSchema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const path = `${prefix}${name}`;
    const nested = option.items === undefined ? rows(option, `${path}.`) : rows(option.items, `${path}[].`);
    return option.description === undefined ? nested : [row(path, option), ...nested];
  });
}

function row(path: string, option: JsonSchema): string {
  const standard = option.default === undefined ? '' : `\`${JSON.stringify(option.default).replaceAll('"', '')}\``;
  return `| \`${path}\` | ${typeText(option)} | ${standard} | ${option.description ?? ''} |`;
}

function typeText({ type, enum: values, anyOf }: JsonSchema): string {
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(({ type = 'text' }) => type))].join(' or ');
  return type === 'array' ? 'list' : (type ?? 'text');
}
