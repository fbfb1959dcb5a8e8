// The panels of Alys's dashboard: titles and expressions as written there.

export interface Panel {
  readonly title: string;
  readonly expressions: readonly string[];
}

export const ALYS_PANELS: readonly Panel[] = [
  { title: 'Migration Progress', expressions: ['alys_migration_progress_percent'] },
  { title: 'Migration Phase', expressions: ['alys_migration_phase'] },
  {
    title: 'Actor Performance',
    expressions: [
      'rate(alys_actor_messages_total[5m])',
      'histogram_quantile(0.99, alys_actor_message_latency_seconds)',
    ],
  },
  { title: 'Sync Progress', expressions: ['alys_sync_current_height', 'alys_sync_target_height'] },
  {
    title: 'System Resources',
    expressions: ['alys_memory_usage_bytes / 1024 / 1024 / 1024', 'alys_cpu_usage_percent'],
  },
];
