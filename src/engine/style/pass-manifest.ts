/** What folders of models say of themselves that turn a picture into another in a single pass. */
import { z } from 'zod';
import { about, Graph, path } from '../manifest-fields.ts';

const pass = {
  /** What pictures it is for, where it does little to others: a few words, shown wherever it is chosen. */
  note: z.string().max(75).optional(),
  /** Names and range of the picture that goes in. */
  graph: Graph,
  /** What black and white are in the picture that comes out, where they differ. */
  outputRange: z.tuple([z.number(), z.number()]).optional(),
  layout: z.enum(['NCHW', 'NHWC']).default('NCHW'),
  /** Sides must be. */
  multipleOf: z.number().int().min(1).default(1),
  /**
   * Side of a tile and what neighbours share, pixels. Only for networks that look no further than three eighths of the
   * overlap: what is normalised over the whole picture must be painted as a whole.
   */
  tile: z.object({ size: z.number().int().min(16), overlap: z.number().int().min(1) }).optional(),
};

/** One manner in one graph: Johnson et al. 2016. */
export const StyleTransfer = z.object({ ...about, ...pass, kind: z.literal('style-transfer') });

const Direction = z.object({ name: about.name, title: z.string() });

/** From one kind of picture to another, and back where there is a way back: CycleGAN, pix2pix. Zhu et al., Isola et al. 2017. */
export const Translate = z
  .object({
    ...about,
    ...pass,
    kind: z.literal('translate'),
    graphs: z.object({ forward: path, backward: path.optional() }),
    directions: z.object({ forward: Direction, backward: Direction.optional() }),
  })
  .refine(({ graphs, directions }) => !graphs.backward === !directions.backward, {
    error: 'a way back needs both a graph and a name',
  });
