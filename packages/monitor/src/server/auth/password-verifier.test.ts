import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hashPassword, type PasswordHash, parsePasswordHash } from './password-hash.ts';
import { PasswordVerifier, VerifierBusy } from './password-verifier.ts';

/** Of `pässwörd:x`, made by htpasswd's algorithm. */
const BCRYPT = '$2y$10$3v6tKxy0jdVJuZMl2Z1ChOC7xeApK7NDjAKjd4Xboe2PKdEW08EKe';

function verifier(t: TestContext): PasswordVerifier {
  const made = new PasswordVerifier();
  t.after(() => made.close());
  return made;
}

function parsed(text: string): PasswordHash {
  const hash = parsePasswordHash(text);
  assert.ok(typeof hash !== 'string');
  return hash;
}

test('a bcrypt hash is that of its password and of no other', async (t) => {
  const passwords = verifier(t);
  const hash = parsed(BCRYPT);
  assert.equal(await passwords.isRight('zoë', 'pässwörd:x', hash), true);
  assert.equal(await passwords.isRight('zoë', 'pässwörd:y', hash), false);
  assert.equal(await passwords.isRight('zoë', '', hash), false);
});

test('what was right for one user and hash is not thereby right for another', async (t) => {
  const passwords = verifier(t);
  const hash = parsed(await hashPassword('a password'));
  assert.equal(await passwords.isRight('one', 'a password', hash), true);
  assert.equal(await passwords.isRight('one', 'a password', hash), true);
  assert.equal(await passwords.isRight('one', 'a password', parsed(await hashPassword('another'))), false);
  assert.equal(await passwords.isRight('one', 'another', hash), false);
});

test('the event loop turns while passwords are compared', async (t) => {
  const passwords = verifier(t);
  const hash = parsed(BCRYPT);
  await passwords.isRight('user', 'warm', hash);
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await Promise.all(Array.from({ length: 5 }, (_, index) => passwords.isRight('user', `wrong ${index}`, hash)));
  clearInterval(ticking);
  assert.ok(turns > 10, `${turns} turns while five comparisons of tens of milliseconds each ran`);
});

test('as many as are allowed wait; the next is refused, and the same asked again at once is not counted twice', async (t) => {
  const passwords = verifier(t);
  const hash = parsed('$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0$a2V5a2V5a2V5a2V5a2V5a2V5a2V5');
  const same = Array.from({ length: 200 }, () => passwords.isRight('user', 'wrong', hash));
  assert.ok((await Promise.all(same)).every((isRight) => !isRight));
  const others = Array.from({ length: 200 }, (_, index) => passwords.isRight('user', `wrong ${index}`, hash));
  const ended = await Promise.allSettled(others);
  const refused = ended.filter((end) => end.status === 'rejected');
  assert.equal(refused.length, 200 - 2 - 64);
  assert.ok(refused.every(({ reason }) => reason instanceof VerifierBusy));
  assert.equal(await passwords.isRight('user', 'later', hash), false);
});
