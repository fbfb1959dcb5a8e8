// Certificates for tests, made while they run: no program is needed for it, nothing secret is kept, and none expires.
// Source: RFC 5280; signed with ECDSA over P-256 and SHA-256 (RFC 5758).

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bits, element, integer, objectIdentifier, octets, sequence, set, TRUE, time, utf8 } from './der.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  /** DNS names and IPv4 addresses. */
  readonly names: readonly string[];
  /** Unless given, from an hour ago to an hour ahead. */
  readonly validUntil?: Date;
}

const HOUR_MS = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectIdentifier('2.5.4.3');
const BASIC_CONSTRAINTS = objectIdentifier('2.5.29.19');
const SUBJECT_ALTERNATIVE_NAME = objectIdentifier('2.5.29.17');

/** Signs the certificates of a test. */
export class TestAuthority {
  readonly #name: Buffer;
  readonly #keys = newKeys();
  /** Its own certificate, PEM. */
  readonly cert: string;

  constructor(name: string) {
    this.#name = nameOf(name);
    const isAuthority = sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE)));
    this.cert = this.#sign(this.#name, this.#keys.publicKey, isAuthority, new Date(Date.now() + HOUR_MS));
  }

  issue({ names, validUntil = new Date(Date.now() + HOUR_MS) }: LeafOptions): Certificate {
    const { publicKey, privateKey } = newKeys();
    const alternatives = sequence(SUBJECT_ALTERNATIVE_NAME, octets(sequence(...names.map(alternativeOf))));
    return {
      cert: this.#sign(nameOf(names[0] ?? 'nameless'), publicKey, alternatives, validUntil),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  #sign(subject: Buffer, publicKey: KeyObject, extension: Buffer, validUntil: Date): string {
    const version3 = element(0xa0, integer(Buffer.from([2])));
    const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(8)]));
    const validity = sequence(time(new Date(Date.now() - 2 * HOUR_MS)), time(validUntil));
    const content = sequence(
      version3,
      serial,
      ECDSA_WITH_SHA256,
      this.#name,
      validity,
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      element(0xa3, sequence(extension)),
    );
    const certificate = sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, this.#keys.privateKey)));
    const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  }
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, utf8(commonName))));
}

function alternativeOf(name: string): Buffer {
  if (isIPv6(name)) throw new Error('the tests need no IPv6 addresses in certificates');
  return isIPv4(name) ? element(0x87, Buffer.from(name.split('.').map(Number))) : element(0x82, Buffer.from(name));
}
