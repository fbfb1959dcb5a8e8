// Why the store refused a sample, in words that tell the sender what to mend.

const TEXTS: Readonly<Record<string, string>> = {
  duplicate:
    'another value is stored for this time already, and stored values are not overwritten: send each time once',
  out_of_order: 'it is older than the latest sample of its series: send the samples of a series in the order of time',
  too_old: 'it is older than what is kept: keep more (storage.retention), or send what is younger',
  series_limit:
    'its series is not taken: the limit of series is reached, or it has too many or too long labels: send fewer series, or shorter labels',
  invalid: 'it is invalid',
  unknown_series: 'its series was deleted while it was written: send it again',
};

export function reasonText(reason: string): string {
  return TEXTS[reason] ?? reason;
}
