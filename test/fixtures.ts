import type { Recipe, RecipeOf } from '../src/core/recipe.ts';
import type { GenerationView, ImageView } from '../src/core/records.ts';
import { type KeptPicture, Request, type RequestInput } from '../src/core/request.ts';
import type { Sender } from '../src/core/studio.ts';

/** Valid things of every kind; override only what the test is about. */
export const anId = (n = 1): string => `0190f3c0-7b1a-7cc3-8f4e-${String(n).padStart(12, '0')}`;

export const aSender = (over: Partial<Sender> = {}): Sender => ({
  platform: 'web',
  accountId: 'ada',
  name: 'Ada',
  ...over,
});

export const aRequest = (over: Record<string, unknown> = {}) =>
  Request.parse(('kind' in over ? over : { kind: 'imagine', prompt: 'two red apples', ...over }) as RequestInput);

export const aRecipe = (over: Partial<Extract<Recipe, { kind: 'imagine' }>> = {}): Recipe => ({
  v: 1,
  kind: 'imagine',
  model: { name: 'sticker-diffusion', version: '1', sha256: 'a'.repeat(64) },
  prompt: 'two red apples',
  negativePrompt: '',
  seed: 7,
  count: 1,
  steps: 20,
  sampler: 'ddim',
  guidance: 5,
  width: 128,
  height: 128,
  ...over,
});

const MODEL = { name: 'a-model', version: '1', sha256: 'a'.repeat(64) };

export const aKeptPicture = (over: Partial<KeptPicture> = {}): KeptPicture => ({
  key: 'dd/dd/kept',
  sha256: 'd'.repeat(64),
  width: 640,
  height: 480,
  ...over,
});

export const aBrushRecipe = (over: Partial<RecipeOf<'brush'>> = {}): RecipeOf<'brush'> => ({
  v: 1,
  kind: 'brush',
  model: { ...MODEL, name: 'brush-night-wind' },
  source: aKeptPicture(),
  seed: 0,
  strength: 0.8,
  keepColours: 'no',
  ...over,
});

export const aFaceRecipe = (over: Partial<RecipeOf<'face'>> = {}): RecipeOf<'face'> => ({
  v: 1,
  kind: 'face',
  model: { ...MODEL, name: 'avatar-gan' },
  seed: 7,
  truncation: 0.7,
  edits: {},
  mixes: [],
  count: 1,
  ...over,
});

export const anImage = (over: Partial<ImageView> = {}): ImageView => ({
  generationId: anId(),
  index: 0,
  seed: 7,
  sha256: 'b'.repeat(64),
  pixelSha256: 'c'.repeat(64),
  width: 512,
  height: 512,
  bytes: 1000,
  mime: 'image/png',
  key: 'bb/bb/image',
  altText: 'AI-generated image: two red apples',
  hidden: false,
  ...over,
});

export const aGeneration = (over: Partial<GenerationView> = {}): GenerationView => ({
  id: anId(),
  status: 'done',
  request: aRequest(),
  recipe: aRecipe(),
  notes: [],
  personId: anId(99),
  sender: aSender(),
  address: { platform: 'web', session: 'ada' },
  cost: 1,
  createdAt: new Date('2026-11-21T12:00:00Z'),
  attempt: 1,
  images: [anImage()],
  cancelRequested: false,
  ...over,
});
