// The routes that give out or change whole histories: export, and the admin API of the store.

import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import type { RouteTable } from '../route-table.ts';
import { addAdminRoutes } from './admin-routes.ts';
import { ExportRoute } from './export-route.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from './limits.ts';

export interface HistoryDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Where snapshots of the store go. Without it the admin API answers that it is disabled. */
  readonly snapshotsDirectory?: string | undefined;
  readonly historyLimits?: Partial<HistoryLimits>;
}

export function addHistoryRoutes(routes: RouteTable, deps: HistoryDeps, maxSelectors: number): void {
  const { engine, clock, snapshotsDirectory } = deps;
  const limits = { ...DEFAULT_HISTORY_LIMITS, ...deps.historyLimits };
  const exports = new ExportRoute(engine, limits, maxSelectors);
  routes.add({ path: '/api/v1/export', methods: ['GET', 'POST'], scope: 'read', handler: exports.handle });
  addAdminRoutes(routes, { engine, clock, snapshotsDirectory }, maxSelectors);
}
