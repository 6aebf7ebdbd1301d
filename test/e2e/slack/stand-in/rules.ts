/** The rules a message must keep beyond the shape of its blocks. Each breach is recorded: a test fails on any. */
import { messageBlockProblems } from './block-kit.ts';
import type { Workspace } from './workspace.ts';

const MAX_TEXT = 4000;

interface Look {
  text?: unknown;
  blocks?: unknown;
}

/** Slack's own refusal (`error`), or undefined; every reason for it is a violation. */
export function judge(
  workspace: Workspace,
  where: string,
  { text, blocks }: Look,
): { error: string; messages: string[] } | undefined {
  const problems = blocks === undefined ? [] : messageBlockProblems(blocks);
  for (const id of slackFiles(blocks))
    if (!workspace.isReady(workspace.files.get(id)))
      problems.push(`[ERROR] invalid slack file ${id} [json-pointer:/blocks]`);
  const said = typeof text === 'string' ? text : '';
  if (!said.trim()) workspace.violate(`${where}: no text; notifications and screen readers would have nothing to say`);
  for (const shown of [said, ...mrkdwnTexts(blocks)])
    for (const problem of markupProblems(workspace, shown)) workspace.violate(`${where}: ${problem}`);
  for (const problem of problems) workspace.violate(`${where}: ${problem}`);
  if (problems.length > 0) return { error: 'invalid_blocks', messages: problems };
  if (said.length > MAX_TEXT) {
    workspace.violate(`${where}: text of ${said.length} characters`);
    return { error: 'msg_too_long', messages: [] };
  }
  return undefined;
}

/** `<`, `&` that are not escaped, and control sequences that a person typed and the bot let through. */
export function markupProblems({ typed }: Workspace, text: string): string[] {
  const sequences = text.match(/<(?:@[UW]\w+|#C\w+|![^>]+|(?:https?|mailto):[^>]+)>/g) ?? [];
  const rest = sequences.reduce((left, sequence) => left.replace(sequence, ''), text);
  return [
    ...sequences
      .filter((sequence) => typed.some((words) => words.includes(sequence)))
      .map((sequence) => `${sequence} was typed by a person and not escaped`),
    ...(/<|&(?!(?:amp|lt|gt);)/.test(rest) ? [`unescaped markup in “${text.slice(0, 60)}”`] : []),
  ];
}

export function slackFiles(blocks: unknown): string[] {
  return walk(blocks).flatMap(({ slack_file }) =>
    isRecord(slack_file) && typeof slack_file.id === 'string' ? [slack_file.id] : [],
  );
}

const mrkdwnTexts = (blocks: unknown): string[] =>
  walk(blocks).flatMap(({ type, text }) => (type === 'mrkdwn' && typeof text === 'string' ? [text] : []));

function walk(node: unknown): Record<string, unknown>[] {
  if (Array.isArray(node)) return node.flatMap(walk);
  return isRecord(node) ? [node, ...Object.values(node).flatMap(walk)] : [];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
