import { createTransport } from 'nodemailer';
import type { Mail } from './write-mail.js';

/** Sends mails through a server, such as `smtps://user:password@mail.example.com`. */
export function createSmtpSender(url: string, from: string): (mail: Mail) => Promise<void> {
  const transport = createTransport(url, { from });
  return async ({ to, subject, text }) => {
    // As an object: given text, a mail library reads lists, comments and quotes into it.
    await transport.sendMail({ to: { name: '', address: to }, subject, text });
  };
}
