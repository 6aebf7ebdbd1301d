import type { Request } from '../../core/request.ts';
import type { Verdict } from '../../core/verdict.ts';
import { withoutHarmless } from './harmless.ts';
import { type Readings, readings } from './normalise.ts';
import { OBSCENITIES } from './obscenities.ts';
import { AVOIDED, PROMPT_RULES, RULES, type Rule, UNDRESSING } from './rules.ts';
import { matcher, spreadMatcher, withoutTerms } from './terms.ts';

const never = () => false;
const always = () => true;

const compile = (rule: Rule) => ({
  rule,
  words: matcher(rule.words),
  together: rule.together ? matcher(rule.together) : always,
  anyhow: rule.anyhow ? spreadMatcher(rule.anyhow) : never,
  obscene: rule.id === 'sexual' || rule.id === 'hate' ? OBSCENITIES[rule.id] : never,
});

export type PromptJudge = (request: Request) => Verdict;

/** The prompt gate: the same at intake and in the worker. The reason names the rule and never the word. */
export function createPromptJudge(): PromptJudge {
  const rules = RULES.map(compile);
  const undressing = compile(UNDRESSING);
  const withoutAvoided = withoutTerms(AVOIDED);

  const broken = ({ straight, oblique }: Readings) =>
    rules.find(
      ({ words, together, anyhow, obscene }) =>
        straight.some((text) => (words(text) && together(text)) || anyhow(text) || obscene(text)) ||
        oblique.some(anyhow),
    )?.rule;

  return (request) => {
    if (request.kind !== 'imagine') return allowed;
    const { prompt, negativePrompt, guidance, walk } = request;
    // Half-way between two prompts there is something of both.
    const positive = harmless(readings(walk?.prompt ? `${prompt}, ${walk.prompt}` : prompt));
    const negative = harmless(readings(negativePrompt));
    // Below 1, guidance leads toward the negative prompt: then what it names is asked for.
    const steersAway = guidance === undefined || guidance >= 1;
    const kept = steersAway ? { ...negative, straight: negative.straight.map(withoutAvoided), oblique: [] } : negative;
    const rule = broken(positive) ?? broken(kept);
    if (rule) return refused(rule);
    const undressed = negative.straight.some(undressing.words) && positive.straight.some(undressing.together);
    return undressed ? refused(UNDRESSING) : allowed;
  };
}

const harmless = ({ straight, oblique }: Readings): Readings => ({ straight: straight.map(withoutHarmless), oblique });

const allowed: Verdict = { stage: 'prompt', decision: 'allow', rule: 'none', detector: PROMPT_RULES };

const refused = ({ id, reason }: Rule): Verdict => ({
  stage: 'prompt',
  decision: 'refuse',
  rule: id,
  detector: PROMPT_RULES,
  reason,
});
