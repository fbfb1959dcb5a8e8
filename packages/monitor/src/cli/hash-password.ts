// `chainpulse hash-password`: a line for the file of users, from a password that is typed without being shown, or piped in.

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ReadStream } from 'node:tty';
import { Command } from 'commander';
import { hashPassword } from '../server/auth/password-hash.ts';
import { UsageError } from './usage-error.ts';

const MIN_CHARACTERS = 8;
const MAX_CHARACTERS = 1024;

export function hashPasswordCommand(): Command {
  return new Command('hash-password')
    .description('Turn a password into a line for the file of users (watch --web-config).')
    .argument('<user>', 'name of the user')
    .addHelpText(
      'after',
      `
The password is typed twice without being shown, or read from what is piped in (one newline at its end is left out).
The hash is scrypt, which only Chainpulse reads. For a file that Prometheus and its exporters read too, take bcrypt:
"htpasswd -nB USER".

Example:
  $ chainpulse hash-password alice >> users.yml
`,
    )
    .action(printLine);
}

async function printLine(user: string): Promise<void> {
  if (user.includes(':') || user === '') throw new UsageError('the name of a user is not empty and holds no colon');
  const password = process.stdin.isTTY ? await typedTwice(process.stdin) : await piped();
  if (password.length < MIN_CHARACTERS || password.length > MAX_CHARACTERS) {
    throw new UsageError(`a password has ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters`);
  }
  // Every JSON string is YAML.
  process.stdout.write(`  ${JSON.stringify(user)}: ${JSON.stringify(await hashPassword(password))}\n`);
}

async function piped(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

async function typedTwice(terminal: ReadStream): Promise<string> {
  const password = await typed(terminal, 'Password: ');
  if ((await typed(terminal, 'Again: ')) !== password) throw new UsageError('the two are not the same');
  return password;
}

async function typed(terminal: ReadStream, prompt: string): Promise<string> {
  process.stderr.write(prompt);
  terminal.setRawMode(true).setEncoding('utf8').resume();
  let line = '';
  try {
    for (;;) {
      const [keys] = (await once(terminal, 'data')) as [string];
      for (const key of keys) {
        if (key === '\r' || key === '\n') return line;
        if (key === '\x03' || key === '\x04') throw new UsageError('ended without a password');
        line = key === '\x7f' || key === '\b' ? Array.from(line).slice(0, -1).join('') : line + key;
        if (line.length > MAX_CHARACTERS) throw new UsageError(`a password has at most ${MAX_CHARACTERS} characters`);
      }
    }
  } finally {
    terminal.setRawMode(false).pause();
    process.stderr.write('\n');
  }
}
