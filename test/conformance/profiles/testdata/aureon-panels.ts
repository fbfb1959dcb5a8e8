// The panels of Aureon's three dashboards: titles as in its list, with an expression over its names for what each title says.

export interface TitledPanel {
  readonly title: string;
  /** With the labels by which the title tells its series apart. */
  readonly expressions: readonly (readonly [expression: string, ...labels: string[]])[];
}

export const AUREON_PANELS: readonly TitledPanel[] = [
  { title: 'Blocks produced', expressions: [['blocks_produced_total']] },
  { title: 'Block production rate (5m)', expressions: [['rate(blocks_produced_total[5m])']] },
  {
    title: 'Transaction metrics (submitted, processed, failed)',
    expressions: [
      ['rate(transactions_submitted_total[5m])'],
      ['rate(transactions_processed_total[5m])'],
      ['rate(transactions_failed_total[5m])'],
    ],
  },
  { title: 'Mempool size', expressions: [['mempool_size']] },
  { title: 'Chain height', expressions: [['chain_height']] },
  { title: 'Network peer count', expressions: [['peers_connected']] },
  { title: 'Consensus round completion rate', expressions: [['rate(consensus_rounds_total[5m])']] },
  { title: 'PoW difficulty', expressions: [['pow_difficulty']] },
  { title: 'PoS validators count', expressions: [['pos_validators_count']] },
  {
    title: 'Consensus round time (p95, p99)',
    expressions: [
      ['histogram_quantile(0.95, rate(consensus_round_time_seconds_bucket[5m]))'],
      ['histogram_quantile(0.99, rate(consensus_round_time_seconds_bucket[5m]))'],
    ],
  },
  {
    title: 'Block production time distribution',
    expressions: [['sum by (le) (rate(block_production_time_seconds_bucket[5m]))', 'le']],
  },
  {
    title: 'Database operations (by type)',
    expressions: [
      ['sum by (operation) (rate(db_operations_total[5m]))', 'operation'],
      [
        'histogram_quantile(0.95, sum by (operation, le) (rate(db_operation_time_seconds_bucket[5m]))) >= 0',
        'operation',
      ],
    ],
  },
  {
    title: 'HTTP request rate by method/path',
    expressions: [['sum by (method, path) (rate(http_requests_total[5m]))', 'method', 'path']],
  },
  {
    title: 'HTTP error rate with status codes',
    expressions: [['sum by (status) (rate(http_errors_total[5m]))', 'status']],
  },
  {
    title: 'API request duration (p95)',
    expressions: [
      ['histogram_quantile(0.95, sum by (path, le) (rate(http_request_duration_seconds_bucket[5m])))', 'path'],
    ],
  },
  {
    title: 'Network messages sent/received (by type)',
    expressions: [
      ['sum by (type) (rate(messages_sent_total[5m]))', 'type'],
      ['sum by (type) (rate(messages_received_total[5m]))', 'type'],
    ],
  },
  {
    title: 'Smart contract deployments and invocations',
    expressions: [['rate(contracts_deployed_total[5m])'], ['rate(contract_invocations_total[5m])']],
  },
  { title: 'Contract gas consumption', expressions: [['rate(contract_gas_used_total[5m])']] },
  { title: 'Peer height tracking', expressions: [['peer_heights', 'peer']] },
];
