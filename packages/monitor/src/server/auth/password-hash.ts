// Hashes of passwords as text: bcrypt, which Prometheus' web-config file has, and scrypt in the PHC string format
// (`$scrypt$ln=15,r=8,p=3$SALT$KEY`, base64 without padding), which is recommended: it takes memory too, and passwords of any
// length count whole, where bcrypt looks at the first 72 bytes. Costs are bounded, because whoever asks chooses when they are paid.
// Source: RFC 7914 (scrypt), the PHC string format, OWASP's password storage cheat sheet (cost).

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export type PasswordHash = BcryptHash | ScryptHash;

interface BcryptHash {
  readonly kind: 'bcrypt';
  readonly text: string;
}

export interface ScryptHash extends ScryptCost {
  readonly kind: 'scrypt';
  readonly text: string;
  readonly salt: Buffer;
  readonly key: Buffer;
}

interface ScryptCost {
  /** log₂ of N. */
  readonly logCost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** About four seconds of one core a password. */
const MAX_BCRYPT_COST = 16;
const MIN_BCRYPT_COST = 4;
const MAX_SCRYPT_MEMORY_BYTES = 256 * 1024 * 1024;
const MAX_SCRYPT_PARALLELIZATION = 16;
const MIN_SALT_BYTES = 8;
const MIN_KEY_BYTES = 16;
const MAX_FIELD_BYTES = 128;

const NEW_HASH: ScryptCost = { logCost: 15, blockSize: 8, parallelization: 3 };
const NEW_SALT_BYTES = 16;
const NEW_KEY_BYTES = 32;

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** The hash, or what is wrong with its text and how to mend it; the text itself is not repeated. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const bcrypt = BCRYPT.exec(text);
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1]);
    return cost >= MIN_BCRYPT_COST && cost <= MAX_BCRYPT_COST
      ? { kind: 'bcrypt', text }
      : `the cost of a bcrypt hash is from ${MIN_BCRYPT_COST} to ${MAX_BCRYPT_COST}: make it anew`;
  }
  const scrypt = SCRYPT.exec(text);
  if (scrypt !== null) return parseScrypt(text, scrypt);
  return 'is no hash of a password: make one with "chainpulse hash-password" (scrypt) or "htpasswd -nB USER" (bcrypt)';
}

function parseScrypt(text: string, [, ln, r, p, salt = '', key = '']: readonly string[]): ScryptHash | string {
  const hash: ScryptHash = {
    kind: 'scrypt',
    text,
    logCost: Number(ln),
    blockSize: Number(r),
    parallelization: Number(p),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
  const { logCost, blockSize, parallelization } = hash;
  const isSound =
    logCost >= 1 &&
    blockSize >= 1 &&
    parallelization >= 1 &&
    parallelization <= MAX_SCRYPT_PARALLELIZATION &&
    memoryBytes(hash) <= MAX_SCRYPT_MEMORY_BYTES;
  if (!isSound) return 'the cost of a scrypt hash is at most 256 MiB and p=16: make it with "chainpulse hash-password"';
  const isLong = hash.salt.length >= MIN_SALT_BYTES && hash.key.length >= MIN_KEY_BYTES;
  const isShort = hash.salt.length <= MAX_FIELD_BYTES && hash.key.length <= MAX_FIELD_BYTES;
  if (!isLong || !isShort) return 'the salt or key of the scrypt hash is cut: make it with "chainpulse hash-password"';
  return hash;
}

/** A new hash of a password, scrypt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(NEW_SALT_BYTES);
  const key = await derive(password, salt, NEW_KEY_BYTES, NEW_HASH);
  const { logCost, blockSize, parallelization } = NEW_HASH;
  return `$scrypt$ln=${logCost},r=${blockSize},p=${parallelization}$${unpadded(salt)}$${unpadded(key)}`;
}

/** In Node's thread pool. */
export async function isScryptOf(password: string, hash: ScryptHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash.salt, hash.key.length, hash), hash.key);
}

function derive(password: string, salt: Buffer, lengthBytes: number, cost: ScryptCost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = {
    N: 2 ** cost.logCost,
    r: cost.blockSize,
    p: cost.parallelization,
    // Node counts a little beside the table itself.
    maxmem: 2 * memoryBytes(cost) + 1024 * 1024,
  };
  scrypt(password, salt, lengthBytes, options, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

function memoryBytes({ logCost, blockSize, parallelization }: ScryptCost): number {
  return 128 * blockSize * (2 ** logCost + parallelization);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
