import { z } from 'zod';
import { transports } from '../credentials.js';

// Generous bounds: what exactly is acceptable is decided, with a code of its own, where it is used.
export const emailSchema = z.string().min(1).max(320);
export const passwordSchema = z.string().min(1).max(4096);
export const nameSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => !/\p{Cc}/u.test(name));
/** Six digits or a backup code, with room for blanks and dashes. */
export const codeSchema = z.string().min(1).max(64);
export const methodSchema = z.enum(['totp', 'backup_code']);
export const transportSchema = z.enum(transports);
export const tokenSchema = z.string().min(1).max(8192);
/** Made by the client; long enough that no two clients meet. */
export const attemptIdSchema = z.string().min(16).max(128);
