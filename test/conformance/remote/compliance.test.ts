// The compliance suite of stores over real servers, and over an embedded store that is mirrored to one. What a server cannot
// do is a capability that is false, and then it is tested that it really does not.

import { describe } from 'node:test';
import { type Labels, labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { EMBEDDED_CAPABILITIES } from '../../../packages/monitor/src/storage/compliance/testing/capabilities.ts';
import type { StoreFactory } from '../../../packages/monitor/src/storage/compliance/testing/subject.ts';
import { describeStore } from '../../../packages/monitor/src/storage/compliance.ts';
import { openEmbeddedStore } from '../../../packages/monitor/src/storage/embedded/open.ts';
import { openMirrorStore } from '../../../packages/monitor/src/storage/remote/open.ts';
import type { RemoteWriteProtocol } from '../../../packages/monitor/src/storage/remote/send/write-client.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { ServerProcess } from '../testing/server-process.ts';
import {
  endpointOf,
  openStore,
  PROMETHEUS_2_ENGINE,
  prometheusEngine,
  type RemoteEngine,
  temporaryFolder,
  VICTORIA_METRICS_ENGINE,
} from './engines.ts';

/** Nothing is sent until it is asked for, so that what is visible does not hang on time. */
const SEND_WHEN_ASKED = { lingerMs: 3_600_000 };

function remoteFactory(engine: RemoteEngine, externalLabels: Labels = []): StoreFactory {
  return async ({ nowMs }) => {
    const server = await ServerProcess.start(engine.server);
    const folder = await temporaryFolder();
    const options = {
      address: server.address,
      directory: folder.path,
      nowMs: () => nowMs,
      protocol: engine.protocol,
      limits: SEND_WHEN_ASKED,
      externalLabels,
    };
    let store = await openStore(options);
    return {
      store,
      restart: async () => {
        await store.close();
        store = await openStore(options);
        return store;
      },
      settle: async () => {
        await store.flush();
        await engine.show(server.address);
      },
      dispose: async () => {
        await store.close();
        await server.stop();
        await folder.remove();
      },
    };
  };
}

const binary3 = oraclePath(PROMETHEUS_3);
const prometheus3 = (protocol: RemoteWriteProtocol, customBounds: boolean): RemoteEngine => ({
  ...prometheusEngine({
    name: `Prometheus 3 by remote write ${protocol}`,
    binary: binary3 ?? '',
    protocol,
    histograms: { nativeHistograms: true, customBounds },
  }),
  skip: binary3 === undefined ? `no Prometheus 3 here: npm run oracles, or set ${PROMETHEUS_3.variable}` : false,
});
const engines = [PROMETHEUS_2_ENGINE, VICTORIA_METRICS_ENGINE, prometheus3('1.0', false), prometheus3('2.0', true)];

for (const engine of engines) {
  describe(engine.name, { skip: engine.skip }, () => describeStore(engine.name, remoteFactory(engine), engine.can));
}

/** Of a fleet: none of them is a label that the suite uses. */
const FLEET = labelsFromRecord({ monitor: 'rpc-1', site: 'zürich' });

for (const engine of [prometheus3('2.0', true), VICTORIA_METRICS_ENGINE]) {
  const name = `${engine.name} with labels of its own for every series`;
  describe(name, { skip: engine.skip }, () => describeStore(name, remoteFactory(engine, FLEET), engine.can));
}

/** The address that nothing answers at: the mirror is the embedded store, whatever the server does. */
const NOWHERE = 'http://127.0.0.1:9';

describeStore(
  'an embedded store with a mirror that is away',
  async ({ nowMs, retentionMs }) => {
    const folder = await temporaryFolder();
    const clock = { nowMs: () => nowMs };
    const open = async () =>
      openMirrorStore(await openEmbeddedStore({ directory: folder.path, retentionMs, durability: 'normal', clock }), {
        directory: folder.path,
        durability: 'normal',
        clock,
        write: endpointOf(NOWHERE),
      });
    let store = await open();
    return {
      store,
      restart: async () => {
        await store.close();
        store = await open();
        return store;
      },
      dispose: async () => {
        await store.close();
        await folder.remove();
      },
    };
  },
  EMBEDDED_CAPABILITIES,
);
