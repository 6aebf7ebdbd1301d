/** Records → Replies: what a person reads about a generation as it goes, whatever the platform. */
import { AppError, says } from '../core/errors.ts';
import type { JobProgress } from '../core/job.ts';
import type { GenerationView } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Request } from '../core/request.ts';
import type { Receipt } from '../core/studio.ts';
import { again, button, type Choices, offers } from './offers.ts';
import { toReplyImage } from './reply-image.ts';
import { expected, headline, noteOf, quoted, seedsOf } from './wording.ts';

/** As many as a message shows one by one; more come as a sheet and an archive. */
export const MOST_SHOWN = 9;

const NONE: Choices = { brushes: () => [], attributes: () => [] };

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
    buttons: [[button('Cancel', 'cancel', generationId, { style: 'danger' })]],
  };
}

/** At work: steps done and a rough look; then how many of its pictures are ready to be shown. */
export function working(
  { id, request, notes }: GenerationView,
  { step, total, finishing, preview }: JobProgress,
): Reply {
  return {
    ...base(id, request),
    state: 'working',
    headline: finishing ? finishes(step, total) : `Working: step ${step} of ${total}.`,
    lines: notes,
    progress: finishing && total === 1 ? { step: 1, total } : { step, total },
    ...(preview && {
      preview: {
        ...preview,
        name: 'preview.jpg',
        mime: 'image/jpeg',
        altText: 'AI-generated image: a rough preview',
      },
    }),
    buttons: [[button('Cancel', 'cancel', id, { style: 'danger' })]],
  };
}

const finishes = (done: number, total: number): string =>
  total === 1 ? 'Finishing: checking and saving it.' : `Finishing: ${done} of ${total} pictures checked and saved.`;

/** The one visible end of a generation, with what may be done to it next. */
export function outcome(generation: GenerationView, choices: Choices = NONE): Reply {
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
  const { buttons, menus } = offers(generation, choices);
  return {
    ...reply,
    state: 'done',
    headline: headline(generation, choices.brushes()),
    lines: [...notes, ...noteOf(generation, choices.brushes()), ...seedsOf(generation)],
    images: images.map((image) => toReplyImage(image, generation)),
    buttons,
    ...(menus.length > 0 && { menus }),
    ...(images.length > MOST_SHOWN && { archive: { name: `${request.kind}-${id.slice(-8)}.zip` } }),
  };
}

/** What was shown before, with all that can be done to it, for the eyes of whoever asks. */
export const shownAgain = (generation: GenerationView, choices: Choices): Reply => ({
  ...outcome(generation, choices),
  private: true,
});

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

/** What deliveries show: outcomes with the choices of this studio. */
export const createPresent = (choices: Choices) => ({
  waiting,
  working,
  outcome: (generation: GenerationView): Reply => outcome(generation, choices),
  unreadable,
});

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

function base(generationId: string, request: Request) {
  const prompt = quoted(request);
  return {
    generationId,
    ...(prompt !== undefined && { prompt }),
    lines: [] as string[],
    images: [],
    buttons: [] as Reply['buttons'],
    private: request.private,
  };
}
