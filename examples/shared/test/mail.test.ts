import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Notice } from '@tessera-auth/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailFolder } from '../src/mail/mail-folder.js';
import { createSmtpSender } from '../src/mail/send-by-smtp.js';
import { writeMail } from '../src/mail/write-mail.js';

const link: Notice = {
  kind: 'password_reset',
  at: new Date('2026-11-27T01:02:03.004Z'),
  tenantId: '',
  to: 'ada@example.com',
  name: 'Ada',
  url: 'https://app.example.com/reset-password#token=ot1_abc',
  token: 'ot1_abc',
  expiresAt: new Date('2026-11-27T01:32:03.004Z'),
};

describe('a mail', () => {
  it('has the words of its notice, and the link on a line of its own', () => {
    const mail = writeMail(link);
    expect(mail).toMatchObject({ to: 'ada@example.com', subject: 'Choose a new password', token: 'ot1_abc' });
    expect(mail.text).toMatch(
      /^Hello Ada,\n\n[\s\S]*\n\nhttps:\/\/app\.example\.com\/reset-password#token=ot1_abc$/,
    );
  });

  it('keeps a name that looks like headers out of them', () => {
    const { subject, to } = writeMail({ ...link, name: 'x\r\nBcc: mallory@example.com' });
    expect(`${subject}${to}`).not.toMatch(/[\r\n]/);
  });
});

describe('a folder of mails', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'tessera-mail-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  it('has one file a mail, which only its owner reads, and lists the newest first', async () => {
    const folder = createMailFolder(join(path, 'made'));
    expect(await folder.list()).toEqual([]);
    const mails = [1, 2, 3].map((second) =>
      writeMail({ ...link, at: new Date(Date.UTC(2026, 10, 27, 1, 2, second)) }),
    );
    await Promise.all(mails.map((mail) => folder.send(mail)));
    expect(await folder.list()).toEqual(mails.toReversed());
    const [file = ''] = await readdir(join(path, 'made'));
    expect((await stat(join(path, 'made', file))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(path, 'made', file), 'utf8'))).toMatchObject({
      kind: 'password_reset',
      url: link.url,
    });
  });
});

describe('a mail by SMTP', () => {
  /** As much of a server as a mail needs; it keeps what the client said. */
  async function startSmtp(): Promise<{ url: string; said: () => string; stop(): void }> {
    let said = '';
    let isData = false;
    const server = createServer((socket) => {
      socket.setEncoding('utf8').write('220 test\r\n');
      socket.on('data', (chunk: string) => {
        said += chunk;
        if (isData) {
          if (!said.endsWith('\r\n.\r\n')) return;
          isData = false;
          socket.write('250 kept\r\n');
        } else if (/^DATA/im.test(chunk)) {
          isData = true;
          socket.write('354 go on\r\n');
        } else socket.write(/^QUIT/i.test(chunk) ? '221 bye\r\n' : '250 fine\r\n');
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { url: `smtp://127.0.0.1:${port}`, said: () => said, stop: () => server.close() };
  }

  it('goes to its one address, whatever that looks like', async () => {
    const smtp = await startSmtp();
    const send = createSmtpSender(smtp.url, 'no-reply@example.com');
    await send(writeMail(link));
    smtp.stop();
    expect(smtp.said().match(/^RCPT TO:.*$/gim)).toEqual(['RCPT TO:<ada@example.com>']);
    expect(smtp.said()).toMatch(/^From: no-reply@example\.com/m);
    expect(smtp.said()).toContain('Choose a new password');
  });
});
