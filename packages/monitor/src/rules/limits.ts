// The bounds of rules while they are evaluated.

export interface RuleLimits {
  /** Alerts of one rule, or series that it records. Beyond it the rule fails and the alerts that it had stay as they are. */
  readonly maxResults: number;
  /** An evaluation of one rule may take as long as the interval of its group, but at least so long. */
  readonly minTimeoutMs: number;
  /** Alerts that are over and still shown, a rule; the oldest go. */
  readonly maxResolved: number;
}

export const DEFAULT_RULE_LIMITS: RuleLimits = {
  maxResults: 10_000,
  minTimeoutMs: 10_000,
  maxResolved: 100,
};
