import { z } from 'zod';
import { messageSchema } from './message.ts';
import { toolSchema } from './tool.ts';

/**
 * One training dialogue, whatever data set it came from. In tables `tools` and `messages` are JSON strings, never structs:
 * columnar struct types pad heterogeneous schemas with nulls.
 */
export const dialogueRowSchema = z.object({
  /** Content hash plus ordinal of duplicates (see `assignRowIds`). */
  row_id: z.string(),
  /** Data set the row came from, for example `synthetic`, `toolace`. */
  source: z.string(),
  /** Generator family or importer kind, for example `simple`, `parallel`, `judge`. */
  family: z.string(),
  tools: z.array(toolSchema),
  /** Raw JSON substring of the tools as the data set wrote it; measure b of the tiers counts its code points. */
  tools_text: z.string(),
  /** Dialogue without the tools; the last message is the assistant target. */
  messages: z.array(messageSchema),
});

export type DialogueRow = z.infer<typeof dialogueRowSchema>;
