// Target addresses: what a person writes to say what is watched and how. The scheme chooses the source.
//   http://host:9090/metrics                      scrape
//   evm+http://host:8545                          JSON-RPC probe of an EVM node
//   replay:FILE.rec.zst[?speed=10][?time=original]  a recording

import { ChainpulseError, withoutCredentials } from '../model/errors.ts';

export type TargetAddress =
  | { readonly kind: 'scrape'; readonly url: URL }
  | { readonly kind: 'evm'; readonly url: URL }
  | { readonly kind: 'replay'; readonly file: string; readonly speed: number; readonly time: 'now' | 'original' };

const MAX_SPEED = 1000;

/** @throws {ChainpulseError} `target_address`; the message says what is wrong with which address, without credentials. */
export function parseTargetAddress(text: string): TargetAddress {
  if (text.startsWith('replay:')) return parseReplay(text);
  const evm = text.startsWith('evm+');
  const rest = evm ? text.slice('evm+'.length) : text;
  let url: URL;
  try {
    url = new URL(rest);
  } catch {
    throw refused(
      text,
      'it is no URL. Write for example http://127.0.0.1:9090/metrics, evm+http://127.0.0.1:8545 or replay:FILE.rec.zst',
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(text, `the scheme ${url.protocol} is not known. Use http, https, evm+http, evm+https or replay`);
  }
  if (evm) return { kind: 'evm', url };
  if (url.pathname === '/') url.pathname = '/metrics';
  return { kind: 'scrape', url };
}

function parseReplay(text: string): TargetAddress {
  const [file = '', ...options] = text.slice('replay:'.length).split(/[?&]/);
  if (file === '') throw refused(text, 'it names no file. Write replay:FILE.rec.zst');
  let speed = 1;
  let time: 'now' | 'original' = 'now';
  for (const option of options) {
    const [name, value = ''] = option.split('=');
    if (name === 'speed') speed = parseSpeed(text, value);
    else if (name === 'time' && (value === 'original' || value === 'now')) time = value;
    else throw refused(text, `the option "${option}" is not known. Options are speed=N and time=original`);
  }
  return { kind: 'replay', file, speed, time };
}

function parseSpeed(text: string, value: string): number {
  const speed = Number(value);
  if (!(speed > 0 && speed <= MAX_SPEED) || value === '')
    throw refused(text, `speed is a number above 0 and up to ${MAX_SPEED}`);
  return speed;
}

function refused(text: string, why: string): ChainpulseError {
  // What follows a question mark is often a key; the options of a recording are not.
  const address = text.startsWith('replay:') ? text : (text.split(/[?#]/)[0] ?? '');
  const shown = address.includes('@') ? withoutCredentials(address) : address;
  return new ChainpulseError('target_address', `The target "${shown}" cannot be watched: ${why}.`);
}
