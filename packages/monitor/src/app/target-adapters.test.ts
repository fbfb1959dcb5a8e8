import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { completeConfig } from '../config/read-config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { labelsFromRecord, labelValue } from '../model/labels.ts';
import { TargetAdapters } from './target-adapters.ts';

const directory = mkdtempSync(join(tmpdir(), 'chainpulse-target-adapters-'));
after(() => rmSync(directory, { recursive: true }));
const logger = pino({ level: 'silent' });
const URL_A = 'http://127.0.0.1:1/metrics';
type Target = NonNullable<ConfigInput['targets']>[number];
const HEAD = labelsFromRecord({ __name__: 'beacon_head_slot', instance: 'i' });
const VERSION = labelsFromRecord({ __name__: 'lodestar_version', instance: 'i' });

function adaptersOf(target: Target): TargetAdapters {
  return new TargetAdapters({ config: completeConfig({ targets: [target] }), directory, logger });
}

/** What a target's series is called in the store; it shows Lodestar's version too. */
function storedName(target: Target, name = 'beacon_head_slot'): string | undefined {
  const config = completeConfig({ targets: [target] });
  const renaming = new TargetAdapters({ config, directory, logger }).renamingOf(config.targets[0]!, 'id');
  if (renaming === undefined) return undefined;
  renaming.meet([HEAD, VERSION]);
  return labelValue(renaming.rename(labelsFromRecord({ __name__: name }))?.labels ?? [], '__name__');
}

describe('a target', () => {
  test('that says nothing gets the adapter of the client that it shows itself to be', () => {
    assert.equal(storedName({ url: URL_A }), 'chain_blocks_head_height');
    assert.equal(storedName({ url: URL_A, adapter: 'auto' }), 'chain_blocks_head_height');
  });

  test('that wants none, or is a probe, is stored as it is', () => {
    assert.equal(storedName({ url: URL_A, adapter: 'none' }), undefined);
    assert.equal(storedName({ url: 'evm+http://127.0.0.1:1' }), undefined);
  });

  test('that names a client, a profile or a file gets that', () => {
    assert.equal(storedName({ url: URL_A, adapter: 'geth' }, 'chain_head_block'), 'chain_blocks_head_height');
    assert.equal(storedName({ url: URL_A, profile: 'alys' }, 'alys_txpool_size'), 'chain_mempool_transactions');
    const rule =
      '{ source_labels: [__name__], regex: mine, target_label: __name__, replacement: chain_blocks_head_height }';
    writeFileSync(join(directory, 'mine.yaml'), `rename:\n  - ${rule}\n`);
    assert.equal(storedName({ url: URL_A, adapter: 'mine.yaml' }, 'mine'), 'chain_blocks_head_height');
    assert.equal(storedName({ url: URL_A, adapter: join(directory, 'mine.yaml') }, 'mine'), 'chain_blocks_head_height');
  });

  test('that names what there is not, or what is wrong, is refused at the start', () => {
    assert.throws(() => adaptersOf({ url: URL_A, adapter: 'moon' }), {
      code: 'adapter_unknown',
      message: /one of aptos, cometbft, geth, .*, lodestar, /,
    });
    assert.throws(() => adaptersOf({ url: URL_A, adapter: 'none.yaml' }), { code: 'adapter_unreadable' });
    writeFileSync(join(directory, 'wrong.yaml'), 'preset: moon\n');
    assert.throws(() => adaptersOf({ url: URL_A, adapter: './wrong.yaml' }), { code: 'adapter_invalid' });
  });

  test('cannot have an adapter beside a profile', () => {
    const both: Target = { url: URL_A, adapter: 'geth', profile: 'alys' };
    assert.throws(() => completeConfig({ targets: [both] }), /a profile is an adapter of its own/);
    assert.doesNotThrow(() => completeConfig({ targets: [{ ...both, adapter: 'none' }] }));
    assert.throws(
      () => completeConfig({ targets: [{ url: URL_A, profile: 'moon' as 'alys' }] }),
      /write one of hotstuff2, p2p/,
    );
  });
});

test('rules are those of the adapters that targets may have', () => {
  const names = (target: Target) =>
    adaptersOf(target)
      .inUse()
      .map(({ name }) => name);
  assert.deepEqual(names({ url: URL_A, adapter: 'none' }), []);
  assert.deepEqual(names({ url: URL_A, adapter: 'geth' }), ['geth']);
  assert.deepEqual(names({ url: URL_A, profile: 'alys' }), ['profile-alys']);
  const detected = names({ url: URL_A });
  assert.ok(detected.includes('lodestar') && !detected.some((name) => name.startsWith('profile-')));
});
