/** Slack's names for the reactions that do something on our pictures. */
import type { Verb } from '../../core/action.ts';

export const REACTION_NAMES: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['repeat', 'reroll'],
  ['arrows_counterclockwise', 'reroll'],
  ['arrow_up', 'upscale'],
  ['email', 'details'],
  ['envelope', 'details'],
  ['x', 'delete'],
]);
