// A Grafana dashboard, as far as its thresholds are concerned: panels with their queries, and the variables that these use.
// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/

import { z } from 'zod';
import { ChainpulseError } from '../../../model/errors.ts';

const DASHBOARD_LIMITS = {
  maxFileBytes: 16 * 1024 * 1024,
  /** Panels of one dashboard, those in rows included. */
  maxPanels: 1000,
} as const;

const step = z.object({ color: z.string().default(''), value: z.number().nullish() });
const thresholds = z.object({ mode: z.string().default('absolute'), steps: z.array(step).default([]) });
const override = z.object({
  matcher: z.object({ id: z.string().default(''), options: z.unknown().optional() }).prefault({}),
  properties: z.array(z.object({ id: z.string(), value: z.unknown().optional() })).default([]),
});
const fieldConfig = z.object({
  defaults: z
    .object({
      unit: z.string().optional(),
      thresholds: thresholds.optional(),
      color: z.object({ mode: z.string().optional() }).optional(),
      custom: z.object({ thresholdsStyle: z.object({ mode: z.string().optional() }).optional() }).optional(),
    })
    .prefault({}),
  overrides: z.array(override).default([]),
});
const target = z.object({
  refId: z.string().default('A'),
  expr: z.string().optional(),
  hide: z.boolean().default(false),
  legendFormat: z.string().optional(),
});
const panel = z.object({
  id: z.number().optional(),
  title: z.string().default(''),
  type: z.string().default(''),
  targets: z.array(target).default([]),
  fieldConfig: fieldConfig.prefault({}),
  panels: z.array(z.unknown()).default([]),
});
const variable = z.object({
  name: z.string(),
  type: z.string().default('query'),
  query: z.unknown().optional(),
  current: z.object({ value: z.union([z.string(), z.array(z.string()), z.number()]).optional() }).nullish(),
});
const dashboard = z.object({
  title: z.string().default(''),
  uid: z.string().nullish(),
  panels: z.array(z.unknown()).default([]),
  rows: z.array(z.object({ title: z.string().default(''), panels: z.array(z.unknown()).default([]) })).default([]),
  templating: z.object({ list: z.array(variable).default([]) }).prefault({}),
});

export type ThresholdStep = z.output<typeof step>;
export type Thresholds = z.output<typeof thresholds>;
export type PanelTarget = z.output<typeof target>;
export type DashboardVariable = z.output<typeof variable>;

export interface DashboardPanel extends Omit<z.output<typeof panel>, 'panels'> {
  /** Of the row that it is in; '' without. */
  readonly row: string;
}

export interface Dashboard {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly DashboardPanel[];
  readonly variables: readonly DashboardVariable[];
}

/** @throws {ChainpulseError} `dashboard_invalid` */
export function readDashboard(text: string, path: string): Dashboard {
  if (Buffer.byteLength(text) > DASHBOARD_LIMITS.maxFileBytes) throw invalid(path, 'is larger than 16 MiB');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(path, `is no JSON: ${(error as Error).message}`);
  }
  // As the API gives it, and as the page exports it.
  const content = z.object({ dashboard: z.looseObject({}) }).safeParse(json);
  const parsed = dashboard.safeParse(content.success ? content.data.dashboard : json);
  if (!parsed.success) throw invalid(path, problemText(parsed.error, 'is no dashboard'));
  const { title, uid, templating, rows } = parsed.data;
  const panels = [
    ...panelsOf(parsed.data.panels, '', path),
    ...rows.flatMap((row) => panelsOf(row.panels, row.title, path)),
  ];
  if (panels.length === 0) throw invalid(path, 'has no panels: give a dashboard as Grafana exports it, as JSON');
  if (panels.length > DASHBOARD_LIMITS.maxPanels) {
    throw invalid(path, `has more than ${DASHBOARD_LIMITS.maxPanels} panels: part it`);
  }
  return { title, uid: uid ?? '', panels, variables: templating.list };
}

function panelsOf(list: readonly unknown[], row: string, path: string): readonly DashboardPanel[] {
  return list.flatMap((each) => {
    const parsed = panel.safeParse(each);
    if (!parsed.success) throw invalid(path, problemText(parsed.error, 'has a panel that cannot be read'));
    const { panels, ...own } = parsed.data;
    return own.type === 'row' ? panelsOf(panels, own.title, path) : [{ ...own, row }];
  });
}

function problemText(error: z.ZodError, what: string): string {
  const [first] = error.issues;
  return first === undefined ? what : `${what}: ${first.path.join('.')}: ${first.message}`;
}

function invalid(path: string, message: string): ChainpulseError {
  return new ChainpulseError('dashboard_invalid', `The dashboard ${path} ${message}.`);
}
