import { join } from 'node:path';
import type { Notify } from '@tessera-auth/core';
import type { Environment } from '../environment.js';
import { createMailFolder, type MailFolder } from './mail-folder.js';
import { createSmtpSender } from './send-by-smtp.js';
import { writeMail } from './write-mail.js';

/** Where mails go. */
export interface OpenMail {
  readonly notify: Notify;
  /** What has been sent, for `/dev/inbox`; `null` in production and where mails leave the machine. */
  readonly inbox: MailFolder | null;
}

/** By SMTP where the environment names a server, and otherwise into a folder. */
export function openMail(environment: Environment, dataFolder: string): OpenMail {
  const { smtpUrl, mailFrom, mailFolder, isProduction } = environment;
  if (smtpUrl !== null) {
    const send = createSmtpSender(smtpUrl, mailFrom);
    return { notify: (notice) => send(writeMail(notice)), inbox: null };
  }
  const folder = createMailFolder(mailFolder ?? join(dataFolder, 'mail'));
  return { notify: (notice) => folder.send(writeMail(notice)), inbox: isProduction ? null : folder };
}
