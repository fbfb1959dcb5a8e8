import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, isScryptOf, parsePasswordHash, type ScryptHash } from './password-hash.ts';

function scryptHash(text: string): ScryptHash {
  const hash = parsePasswordHash(text);
  assert.ok(typeof hash !== 'string' && hash.kind === 'scrypt', text);
  return hash;
}

test('a new hash is that of its password and of no other', async () => {
  const hash = scryptHash(await hashPassword('correct hörse: battery'));
  assert.equal(await isScryptOf('correct hörse: battery', hash), true);
  assert.equal(await isScryptOf('correct hörse: batterz', hash), false);
  assert.equal(await isScryptOf('', hash), false);
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('the vectors of RFC 7914 are recognised', async () => {
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const key = Buffer.from(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'hex',
  );
  const hash = scryptHash(`$scrypt$ln=14,r=8,p=1$${unpadded(Buffer.from('SodiumChloride'))}$${unpadded(key)}`);
  assert.equal(await isScryptOf('pleaseletmein', hash), true);
});

test('what is no hash, or costs too much, is refused without being repeated', () => {
  const salt = 'c2FsdHNhbHRzYWx0';
  const key = 'a2V5a2V5a2V5a2V5a2V5a2V5a2V5';
  const cases: [string, RegExp][] = [
    ['password', /no hash/],
    ['', /no hash/],
    ['$2y$10$short', /no hash/],
    [`$2y$31$${'a'.repeat(53)}`, /cost/],
    [`$2y$03$${'a'.repeat(53)}`, /cost/],
    [`$2x$10$${'a'.repeat(53)}`, /no hash/],
    [`$scrypt$ln=30,r=8,p=1$${salt}$${key}`, /cost/],
    [`$scrypt$ln=15,r=999,p=1$${salt}$${key}`, /cost/],
    [`$scrypt$ln=15,r=8,p=99$${salt}$${key}`, /cost/],
    [`$scrypt$ln=0,r=8,p=1$${salt}$${key}`, /cost/],
    [`$scrypt$ln=15,r=8,p=1$YQ$${key}`, /cut/],
    [`$scrypt$ln=15,r=8,p=1$${salt}$YQ`, /cut/],
    [`$argon2id$v=19$m=65536,t=3,p=4$${salt}$${key}`, /no hash/],
  ];
  for (const [text, pattern] of cases) {
    const problem = parsePasswordHash(text);
    assert.ok(typeof problem === 'string', text);
    assert.match(problem, pattern, text);
    assert.ok(text === '' || text === 'password' || !problem.includes(text));
  }
});
