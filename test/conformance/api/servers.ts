// Prometheus 3 and our server, each with nothing in it, for a test that writes the same to both and asks both the same.

import type { TestContext } from 'node:test';
import { servedSettingsOf } from '../../../packages/monitor/src/app/served-settings.ts';
import { completeConfig } from '../../../packages/monitor/src/config/read-config.ts';
import { openRealEngine } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { startPrometheus3 } from './prometheus-3.ts';

export interface BothServers {
  /** Without a slash at the end. */
  readonly theirs: string;
  readonly ours: string;
}

export async function startBoth(t: TestContext): Promise<BothServers> {
  const prometheus = await startPrometheus3();
  t.after(() => prometheus.stop());
  return { theirs: prometheus.address, ours: await startOurs(t) };
}

async function startOurs(t: TestContext): Promise<string> {
  const served = servedSettingsOf(completeConfig({}));
  const { url } = await startTestServer(t, { engine: await openRealEngine(t), served });
  return url;
}
