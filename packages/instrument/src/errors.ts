// The one error of this package. It is thrown while instruments are made, where a programmer can still mend it, and never
// while values are recorded.

export type InstrumentErrorCode =
  | 'name_invalid'
  | 'name_reserved'
  | 'name_duplicate'
  | 'help_missing'
  | 'unit_invalid'
  | 'label_name_invalid'
  | 'label_name_reserved'
  | 'label_values_invalid'
  | 'label_bound_invalid'
  | 'labels_too_many'
  | 'buckets_invalid'
  | 'series_limit'
  | 'collector_limit'
  | 'option_invalid'
  | 'lint'
  | 'thread_limit'
  | 'not_granted'
  | 'port_in_use'
  | 'listen_failed';

/** `code` is stable and fit for programs; the message names what is wrong and how to mend it. */
export class InstrumentError extends Error {
  readonly code: InstrumentErrorCode;

  constructor(code: InstrumentErrorCode, message: string) {
    super(message);
    this.name = 'InstrumentError';
    this.code = code;
  }
}
