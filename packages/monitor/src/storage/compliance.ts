// What every implementation of `Store` must do, as one suite of tests. An implementation calls `describeStore` from a test of
// its own with a way to open a fresh, empty store and to open the same one again, and with what it can do beyond the core.

import { afterEach, beforeEach, describe } from 'node:test';
import { describeAppending } from './compliance/testing/appending.ts';
import { EMBEDDED_CAPABILITIES, type StoreCapabilities } from './compliance/testing/capabilities.ts';
import { describeLabels } from './compliance/testing/labels.ts';
import { describeLocal } from './compliance/testing/local.ts';
import { describeRetention } from './compliance/testing/retention.ts';
import { describeSelecting } from './compliance/testing/selecting.ts';
import { describeSideData } from './compliance/testing/side-data.ts';
import { NOW_MS, type StoreFactory, type StoreUnderTest, type Subject } from './compliance/testing/subject.ts';
import type { Store } from './interface.ts';

/** Without capabilities: those of the embedded store. */
export function describeStore(
  name: string,
  factory: StoreFactory,
  can: StoreCapabilities = EMBEDDED_CAPABILITIES,
): void {
  describe(`${name} as a Store`, () => {
    let underTest: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      underTest = await factory({ nowMs: NOW_MS, retentionMs: undefined });
      ({ store } = underTest);
    });
    afterEach(() => underTest.dispose());

    const subject: Subject = {
      can,
      store: () => store,
      settled: async () => {
        await underTest.settle?.();
        return store;
      },
      restart: async () => (store = await underTest.restart()),
    };
    describeAppending(subject);
    describeSelecting(subject);
    describeLabels(subject);
    describeLocal(subject);
    describeSideData(subject);
  });
  if (can.retention) describe(name, () => describeRetention(factory));
}
