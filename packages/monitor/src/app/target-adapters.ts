// Which adapter each target has: the one that its configuration names, or the client's whose metrics it shows first. The shipped ones are
// read when they are first needed; one that is named is read at the start, so that what is wrong with it is said at once.

import { isAbsolute, join } from 'node:path';
import type { ProfileName } from '@chainpulse/instrument';
import type { Logger } from 'pino';
import { type Config, identityOf, type TargetConfig } from '../config/schema.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { Adapter } from '../rules/adapters/adapter.ts';
import { detectedAdapter } from '../rules/adapters/choose-adapter.ts';
import { profileAdapter, readAdapterFile, shippedAdapters } from '../rules/adapters/shipped-adapters.ts';
import { TargetAdapter } from '../rules/adapters/target-adapter.ts';
import type { RuleLanguages } from '../rules/definition/read-rule-file.ts';
import type { ChainPreset } from '../rules/shipped/chain-parameters.ts';
import type { SeriesRenaming } from '../sources/interface.ts';
import { ruleLanguagesOf } from './rule-files.ts';

export interface TargetAdaptersOptions {
  readonly config: Config;
  /** Paths of adapter files are relative to it. */
  readonly directory: string;
  readonly logger: Logger;
}

const IS_PATH = /[/\\]|\.ya?ml$/;

export class TargetAdapters {
  readonly #options: TargetAdaptersOptions;
  readonly #languages: RuleLanguages;
  #clients: readonly Adapter[] | undefined;
  /** By what the configuration says. */
  readonly #named = new Map<string, Adapter>();
  readonly #profiles = new Map<ProfileName, Adapter>();
  /** By what tells targets apart. */
  readonly #presets = new Map<string, ChainPreset>();
  /** Told when a client was found whose chain has parameters of its own. */
  onPreset: () => void = () => {};

  /** @throws {ChainpulseError} `adapter_unknown`, `adapter_unreadable`, `adapter_invalid` */
  constructor(options: TargetAdaptersOptions) {
    this.#options = options;
    this.#languages = ruleLanguagesOf(options.config.query);
    for (const target of options.config.targets) {
      const { profile } = target;
      if (profile !== undefined && !this.#profiles.has(profile)) {
        this.#profiles.set(profile, profileAdapter(profile, this.#languages));
      }
      const name = adapterNameOf(target);
      if (name !== 'auto' && name !== 'none' && !this.#named.has(name)) this.#named.set(name, this.#read(name));
      this.#keepPreset(target, this.#named.get(name));
    }
  }

  /** All whose rules may be needed: those that are named, and every client's where one is detected. */
  inUse(): readonly Adapter[] {
    const { targets } = this.#options.config;
    const clients = targets.some((target) => adapterNameOf(target) === 'auto') ? this.#allClients() : [];
    return [...new Set([...clients, ...this.#named.values(), ...this.#profiles.values()])];
  }

  /** That of the client that a target was found to be. */
  presetOf(target: TargetConfig): ChainPreset | undefined {
    return this.#presets.get(keyOf(target));
  }

  /** Undefined where series are stored as they are shown. */
  renamingOf(target: TargetConfig, id: string): SeriesRenaming | undefined {
    const name = adapterNameOf(target);
    const { profile } = target;
    const given = profile === undefined ? this.#named.get(name) : this.#profiles.get(profile);
    if (given === undefined && name === 'none') return undefined;
    const { logger } = this.#options;
    return new TargetAdapter({
      choose: (names) => given ?? detectedAdapter(names, this.#allClients()),
      onChosen: (adapter) => {
        if (adapter !== undefined) logger.info({ target: id, adapter: adapter.name }, `${id}: ${adapter.title}`);
        if (this.#keepPreset(target, adapter)) this.onPreset();
      },
      onClash: (message) => logger.warn({ target: id }, `${id}: ${message}`),
    });
  }

  /** Whether that is news. */
  #keepPreset(target: TargetConfig, adapter: Adapter | undefined): boolean {
    const key = keyOf(target);
    if (adapter?.preset === undefined || this.#presets.get(key) === adapter.preset) return false;
    this.#presets.set(key, adapter.preset);
    return true;
  }

  #read(name: string): Adapter {
    const { directory } = this.#options;
    if (IS_PATH.test(name)) return readAdapterFile(isAbsolute(name) ? name : join(directory, name), this.#languages);
    const clients = this.#allClients();
    const found = clients.find((adapter) => adapter.name === name);
    if (found !== undefined) return found;
    const known = clients.map((adapter) => adapter.name).join(', ');
    throw new ChainpulseError(
      'adapter_unknown',
      `There is no adapter "${name}": write auto, none, the path of an adapter file, or one of ${known}.`,
    );
  }

  #allClients(): readonly Adapter[] {
    this.#clients ??= shippedAdapters(this.#languages);
    return this.#clients;
  }
}

function keyOf(target: TargetConfig): string {
  return `${target.url.text} ${JSON.stringify(identityOf(target))}`;
}

/** Beside a profile there is no other; a probe has canonical names. */
function adapterNameOf({ url, adapter, profile }: TargetConfig): string {
  return profile !== undefined || url.kind === 'evm' ? 'none' : (adapter ?? 'auto');
}
