// Every error that a person or a program sees has a stable code and a message that says what to do.
// A message never holds a credential: addresses go through `withoutCredentials` first.

export class ChainpulseError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ChainpulseError';
    this.code = code;
  }
}

/** The address without user, password, query and fragment, fit for logs, labels and pages. */
export function withoutCredentials(address: string): string {
  try {
    const url = new URL(address);
    url.username = '';
    url.password = '';
    url.search = '';
    url.hash = '';
    return url.href;
  } catch {
    return '(an address that is no URL)';
  }
}
