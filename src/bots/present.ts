/** Records → Replies: every word a person reads about a generation, whatever the platform. */
import type { Action, Verb } from '../core/action.ts';
import { AppError, says } from '../core/errors.ts';
import type { JobProgress } from '../core/job.ts';
import type { GenerationView, ImageView } from '../core/records.ts';
import type { Button, Reply, ReplyImage } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Receipt } from '../core/studio.ts';

/** Accepted: where it stands in the queue, and the button that takes it back. */
export function waiting(request: Request, { generationId, ahead, etaSeconds, etaHighSeconds, notes }: Receipt): Reply {
  return {
    ...base(generationId, request),
    state: 'waiting',
    headline:
      ahead === 0 ? 'Accepted. Yours is next.' : `Accepted. ${ahead} ${ahead === 1 ? 'job' : 'jobs'} before yours.`,
    lines: [
      ...notes,
      ...(etaSeconds ? [expected(Math.ceil(etaSeconds), etaHighSeconds && Math.ceil(etaHighSeconds))] : []),
    ],
    ...(etaSeconds && { readyAt: new Date(Date.now() + etaSeconds * 1000) }),
    buttons: [[button('Cancel', 'cancel', generationId, 0, 'danger')]],
  };
}

/** At work: steps done, and a rough look. */
export function working({ id, request, notes }: GenerationView, { step, total, preview }: JobProgress): Reply {
  return {
    ...base(id, request),
    state: 'working',
    headline: `Working: step ${step} of ${total}.`,
    lines: notes,
    progress: { step, total },
    ...(preview && {
      preview: {
        ...preview,
        name: 'preview.jpg',
        mime: 'image/jpeg',
        altText: 'AI-generated image: a rough preview',
        seed: 0,
      },
    }),
    buttons: [[button('Cancel', 'cancel', id, 0, 'danger')]],
  };
}

/** The one visible end of a generation. */
export function outcome(generation: GenerationView): Reply {
  const { id, request, status, error, images, notes } = generation;
  const reply = base(id, request);
  if (status === 'cancelled')
    return { ...reply, state: 'cancelled', headline: 'Cancelled.', buttons: again(generation) };
  if (status === 'failed' || images.length === 0)
    return {
      ...reply,
      state: 'failed',
      headline: says(new AppError(error?.code ?? 'internal', error?.message ?? 'No picture came out of this.')),
      lines: [`Case ${id.slice(-8)}.`],
      buttons: again(generation),
    };
  return {
    ...reply,
    state: 'done',
    headline: headline(generation),
    lines: [...notes, seeds(images)],
    images: images.map((image) => toReplyImage(image, generation)),
    buttons: doneButtons(generation),
  };
}

/** The end of what a newer version wrote and this one cannot read. */
export const unreadable = (generationId: string): Reply => ({
  state: 'failed',
  generationId,
  headline: 'This was asked of a newer version of Atelier, and the one that runs now cannot read it. Please ask again.',
  lines: [`Case ${generationId.slice(-8)}.`],
  images: [],
  buttons: [],
  private: false,
});

type Fact = [string, string | number | undefined];

/** Everything needed to make it again, for one person's eyes. */
export function details(generation: GenerationView): Reply {
  const { id, recipe, images, createdAt, timings, fingerprint } = generation;
  const facts: Fact[] =
    recipe.kind === 'imagine'
      ? [
          ['Model', `${recipe.model.name} ${recipe.model.version}`],
          ...(recipe.prompts ?? [recipe.prompt]).map((prompt): Fact => ['Drawn as', prompt]),
          ...(recipe.negativePrompts ?? [recipe.negativePrompt]).map(
            (prompt): Fact => ['Negative', prompt || undefined],
          ),
          ['Style', generation.request.kind === 'imagine' ? generation.request.style : undefined],
          ['Seed', images.map(({ seed }) => seed).join(', ') || recipe.seed],
          ['Steps', recipe.steps],
          ['Sampler', recipe.sampler],
          ['Guidance', recipe.guidance],
          ['Size', `${recipe.width} × ${recipe.height}`],
          ['Clip skip', recipe.clipSkip],
          ['Weighting', recipe.weighting],
          ['Guidance rescale', recipe.guidanceRescale],
          ['Guidance between', recipe.guidanceInterval?.join(' and ')],
          ['Begun with', recipe.init && `a picture, at strength ${recipe.init.strength}`],
          ...(recipe.controls ?? []).map(
            ({ model, hint, weight }): Fact => ['Steered by', `${model.name}, hint ${hint}, weight ${weight}`],
          ),
          [
            'Second pass',
            recipe.hires && `${recipe.hires.width} × ${recipe.hires.height}, at strength ${recipe.hires.strength}`,
          ],
          ['Walk', recipe.walk && `${recipe.walk.frames} frames to “${recipe.walk.prompt}”, seed ${recipe.walk.seed}`],
          ['Variation', recipe.variation && `${recipe.variation.strength} toward seed ${recipe.variation.seed}`],
        ]
      : [
          ['Model', `${recipe.model.name} ${recipe.model.version}`],
          ['Enlarged', `×${recipe.factor} from ${recipe.source.width} × ${recipe.source.height}`],
          ['Seed', recipe.seed],
        ];
  return {
    ...base(id, generation.request),
    state: 'notice',
    headline: `Made ${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC${timings ? ` in ${duration(timings.totalMs / 1000)}` : ''}.`,
    lines: [
      ...facts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`),
      ...images.map(({ sha256, index }) => `Picture ${index + 1} sha256: ${sha256}`),
      ...(fingerprint ? [`Engine: ${fingerprint}`] : []),
      `Id: ${id}`,
    ],
    private: true,
  };
}

/** A short private word. */
export const notice = (headline: string, generationId?: string): Reply => ({
  state: 'notice',
  ...(generationId && { generationId }),
  headline,
  lines: [],
  images: [],
  buttons: [],
  private: true,
});

/** Any failure, as the private sentence a person reads. */
export const refusal = (error: AppError): Reply => notice(says(error));

export function toReplyImage(image: ImageView, { request }: GenerationView): ReplyImage {
  const { key, mime, bytes, width, height, altText, seed, hidden } = image;
  const name = `${slug(request.kind === 'imagine' ? request.prompt : 'upscaled')}-${seed}.${mime === 'image/jpeg' ? 'jpg' : 'png'}`;
  return { key, name, mime, bytes, width, height, altText, seed, ...(hidden && { hidden }) };
}

const base = (generationId: string, request: Request) => ({
  generationId,
  ...(request.kind === 'imagine' && { prompt: request.prompt }),
  lines: [] as string[],
  images: [],
  buttons: [] as Button[][],
  private: request.private,
});

const button = (
  label: string,
  verb: Verb,
  generationId: string,
  index = 0,
  style: Button['style'] = 'neutral',
): Button => ({
  label,
  style,
  action: { verb, index, generationId } satisfies Action,
});

const again = ({ id, request }: GenerationView): Button[][] =>
  request.kind === 'imagine'
    ? [[button('🔁 Try again', 'reroll', id, 0, 'primary'), button('Delete', 'delete', id, 0, 'danger')]]
    : [];

function doneButtons({ id, request, images }: GenerationView): Button[][] {
  const rest = [button('Details', 'details', id), button('Delete', 'delete', id, 0, 'danger')];
  if (request.kind === 'upscale') return [rest];
  const reroll = button('🔁 Re-roll', 'reroll', id);
  if (images.length === 1)
    return [[button('Upscale', 'upscale', id, 0, 'primary'), button('Vary', 'vary', id), reroll, ...rest]];
  return [
    images.map(({ index }) => button(`U${index + 1}`, 'upscale', id, index, 'primary')),
    images.map(({ index }) => button(`V${index + 1}`, 'vary', id, index)),
    [reroll, ...rest],
  ];
}

const headline = ({ request, images, timings }: GenerationView): string => {
  const what =
    request.kind === 'upscale'
      ? `Enlarged to ${images[0]!.width} × ${images[0]!.height}`
      : `${images.length} ${images.length === 1 ? 'picture' : 'pictures'}`;
  return `${what}${timings ? ` in ${duration(timings.totalMs / 1000)}` : ''}.`;
};

const seeds = (images: ImageView[]): string =>
  `${images.length === 1 ? 'Seed' : 'Seeds'} ${images.map(({ seed }) => seed).join(', ')}.`;

const duration = (seconds: number): string =>
  seconds < 1 ? 'under a second' : seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** As likely sooner as later, and the time that nine in ten keep. */
const expected = (seconds: number, high: number | undefined): string =>
  high && duration(high) !== duration(seconds)
    ? `About ${duration(seconds)}; nine times in ten within ${duration(high)}.`
    : `About ${duration(seconds)}.`;

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'picture';
