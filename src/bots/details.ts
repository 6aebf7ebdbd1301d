/** Everything needed to make it again, for one person's eyes. */
import type { GenerationView } from '../core/records.ts';
import type { Reply } from '../core/reply.ts';
import { type Fact, factsOf } from './facts.ts';
import { saySource, sourceOf } from './source.ts';
import { duration, isSeeded, quoted, seeds } from './wording.ts';

/** More pictures than this are not listed one by one. */
const LISTED = 9;

export function details(generation: GenerationView): Reply {
  const { id, request, recipe, parentId, images, createdAt, timings, fingerprint } = generation;
  const source = sourceOf(generation);
  const prompt = quoted(request);
  const facts: Fact[] = [
    ...factsOf(generation),
    [
      'Seed',
      isSeeded(recipe) ? (images.length > 0 ? seeds(images).replace(/^Seeds? |\.$/g, '') : recipe.seed) : undefined,
    ],
    ['Made from', source && saySource(source)],
    ['Parent', parentId],
  ];
  return {
    state: 'notice',
    generationId: id,
    headline: `Made ${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC${timings ? ` in ${duration(timings.totalMs / 1000)}` : ''}.`,
    ...(prompt !== undefined && { prompt }),
    lines: [
      ...facts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`),
      ...(images.length <= LISTED ? images.map(({ sha256, index }) => `Picture ${index + 1} sha256: ${sha256}`) : []),
      ...(fingerprint ? [`Engine: ${fingerprint}`] : []),
      `Id: ${id}`,
    ],
    images: [],
    buttons: [],
    private: true,
  };
}
