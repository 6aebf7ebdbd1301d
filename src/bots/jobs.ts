/** A person's own jobs, in lines: where the waiting ones stand, and the latest. */
import type { GenerationView, Status } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import type { Sender, Studio } from '../core/studio.ts';
import { notice, outcome, waiting } from './present.ts';
import { quoted } from './wording.ts';

const ENDED: readonly Status[] = ['done', 'failed', 'cancelled'];
const LISTED = 10;
const WORDS = 60;

/** Where each job stands that has not ended, and how busy it is here. */
export async function status(studio: Studio, sender: Sender): Promise<Reply> {
  const [mine, { waiting: all, running }] = await Promise.all([studio.waiting(sender), studio.load()]);
  const lines = mine.map((generation) => {
    const { id, request, status, standing } = generation;
    if (status === 'running') return `${named(generation)}: being made now.`;
    const { headline, lines } = waiting(request, { ...standing, generationId: id, notes: [] });
    return `${named(generation)}: ${[headline.replace(/^Accepted\. /, ''), ...lines].join(' ')}`;
  });
  return {
    ...notice(lines.length > 0 ? `Your jobs: ${lines.length}.` : 'None of your jobs is waiting.'),
    lines: [...lines, `Here: ${running} being made, ${all} waiting.`],
  };
}

/** The latest, newest first, with their ids, and a menu that shows one of them again. */
export async function history(studio: Studio, sender: Sender): Promise<Reply> {
  const latest = await studio.history(sender, { limit: LISTED });
  const lines = latest.map(
    (generation, i) =>
      `${i + 1} · ${at(generation)} · ${named(generation)} · ${ended(generation, studio)} · ${generation.id}`,
  );
  const options = latest.flatMap((generation, i) =>
    generation.status === 'done' && generation.images.length > 0
      ? [
          {
            label: `${i + 1} · ${named(generation)}`,
            action: { verb: 'show', index: 0, generationId: generation.id } as const,
          },
        ]
      : [],
  );
  return {
    ...notice(lines.length > 0 ? 'Your latest jobs.' : 'Nothing made yet.'),
    lines,
    ...(options.length > 0 && { menus: [{ placeholder: 'Show again…', options }] }),
  };
}

const named = ({ request }: GenerationView): string => {
  const words = quoted(request);
  if (words === undefined) return `/${request.kind}`;
  return words.length > WORDS ? `${words.slice(0, WORDS - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : words;
};

const ended = (generation: GenerationView, studio: Studio): string =>
  ENDED.includes(generation.status) ? outcome(generation, studio).headline : 'not ended yet';

const at = ({ createdAt }: GenerationView): string => `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
