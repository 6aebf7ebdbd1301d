/** The held-out captions with what each asks for, written by models/recipes/held_out.py. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Rgb = z.tuple([z.number(), z.number(), z.number()]);

const Scene = z.object({
  caption: z.string(),
  kind: z.enum(['big', 'placed', 'group', 'pair']),
  subject: z.string(),
  subject2: z.string().default(''),
  style: z.string(),
  count: z.number(),
  place: z.string().default(''),
  relation: z.string().default(''),
  tint: z.string().default(''),
  tint2: z.string().default(''),
  background: z.string(),
});
export type Scene = z.infer<typeof Scene>;

const HeldOut = z.object({
  sheet: z.object({
    columns: z.number(),
    large: z.number(),
    small: z.number(),
    sprites: z.array(z.tuple([z.string(), z.string()])),
  }),
  side: z.number(),
  largeAt: z.number(),
  slots: z.array(z.number()),
  places: z.record(z.string(), z.tuple([z.number(), z.number()])),
  groups: z.record(z.string(), z.array(z.string())),
  backgrounds: z.record(z.string(), Rgb),
  tints: z.record(z.string(), Rgb),
  scenes: z.array(Scene),
});
export type HeldOut = z.infer<typeof HeldOut>;

export const HELD_OUT = fileURLToPath(new URL('held-out.json', import.meta.url));
export const SPRITE_SHEET = fileURLToPath(new URL('sprites.webp', import.meta.url));

export const readHeldOut = (): HeldOut => HeldOut.parse(JSON.parse(readFileSync(HELD_OUT, 'utf8')));
