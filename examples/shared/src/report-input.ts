import { z } from 'zod';

const schema = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((title) => !/\p{Cc}/u.test(title)),
});

/** The title of a new report in a request body, or `null` when the body is anything else. */
export function readReportTitle(body: unknown): string | null {
  const result = schema.safeParse(body);
  return result.success ? result.data.title : null;
}
