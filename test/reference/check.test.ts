import { test } from 'node:test';
import { READING_TRAPS, TRAPS } from '../../packages/monitor/src/check/traps/index.ts';
import { assertPageIsCurrent } from './page.ts';

const HEAD = `# What \`chainpulse check\` finds

Each mistake has a stable code, which \`--ignore\` takes and SARIF shows. The level is the highest that it is told with: an \`error\` is certain, given what is known of what is
emitted; where it is only likely the same mistake is a \`warning\`, and where it is a matter of taste an \`info\`, which \`--level info\` shows. How to use the command:
[Check rules and dashboards](../guide/check.md).

<!-- Generated from the table of traps: UPDATE_DOCS=1 node scripts/test.ts test/reference -->

`;

test('docs/reference/check.md has every trap', () => {
  const traps = [...READING_TRAPS, ...TRAPS];
  const list = traps.map(({ code, title, level }) => `| [\`${code}\`](#${code}) | ${level} | ${title} |`);
  const parts = traps.map(
    ({ code, title, why, mend }) => `## ${code}\n\n${title}. ${sentence(why)}\n\n${sentence(mend)}\n`,
  );
  assertPageIsCurrent(
    'check.md',
    `${HEAD}| code | level | |\n|---|---|---|\n${list.join('\n')}\n\n${parts.join('\n')}`,
  );
});

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?/]$/.test(begun) ? begun : `${begun}.`;
}
