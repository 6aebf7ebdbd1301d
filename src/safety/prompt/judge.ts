import { type Request, wordsOf } from '../../core/request.ts';
import type { Circumstances } from '../../core/safety.ts';
import type { Verdict } from '../../core/verdict.ts';
import { withoutHarmless } from './harmless.ts';
import { type Readings, readings } from './normalise.ts';
import { OBSCENITIES } from './obscenities.ts';
import { AVOIDED, HANDED_IN_RULES, PROMPT_RULES, RULES, type Rule, UNDRESSING } from './rules.ts';
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

export type PromptJudge = (request: Request, circumstances?: Circumstances) => Verdict;

/** The prompt gate: the same at intake and in the worker. The reason names the rule and never the word. */
export function createPromptJudge(): PromptJudge {
  const rules = RULES.map(compile);
  const stricter = [...rules, ...HANDED_IN_RULES.map(compile)];
  const undressing = compile(UNDRESSING);
  const withoutAvoided = withoutTerms(AVOIDED);

  const broken = (by: typeof rules, { straight, oblique }: Readings) =>
    by.find(
      ({ words, together, anyhow, obscene }) =>
        straight.some((text) => (words(text) && together(text)) || anyhow(text) || obscene(text)) ||
        oblique.some(anyhow),
    )?.rule;

  return (request, { words = wordsOf(request), handedIn = false } = {}) => {
    if (!words) return allowed;
    const { prompt, negativePrompt } = words;
    const { guidance, walk } = request.kind === 'imagine' ? request : {};
    // Half-way between two prompts there is something of both.
    const positive = harmless(readings(walk?.prompt ? `${prompt}, ${walk.prompt}` : prompt));
    const negative = harmless(readings(negativePrompt));
    // Below 1, guidance leads toward the negative prompt: then what it names is asked for.
    const steersAway = guidance === undefined || guidance >= 1;
    const kept = steersAway ? { ...negative, straight: negative.straight.map(withoutAvoided), oblique: [] } : negative;
    const rule = broken(handedIn ? stricter : rules, positive) ?? broken(rules, kept);
    if (rule) return refused(rule);
    // Who is in a picture that was handed in, no word says.
    const undressed =
      negative.straight.some(undressing.words) && (handedIn || positive.straight.some(undressing.together));
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
