import { z } from 'zod';

export const messageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  /** The literal text that is trained on or shown. Calls inside an assistant message are text in the dialect of the data set. */
  content: z.string(),
  /** Name of the tool that answered (role `tool`). */
  name: z.string().optional(),
});

export type Message = z.infer<typeof messageSchema>;
export type Role = Message['role'];
