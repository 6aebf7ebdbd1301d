/** views.*: modals by trigger, App Home by person. */
import { z } from 'zod';
import { viewProblems } from './block-kit.ts';
import { json, type Method, method, refuse } from './method.ts';
import { judge } from './rules.ts';
import { makeId, type Workspace } from './workspace.ts';

const view = json(z.record(z.string(), z.unknown()));

export const viewMethods: Record<string, Method> = {
  'views.open': method([], z.strictObject({ trigger_id: z.string(), view }), (workspace, { trigger_id, view }) => {
    const { person, refused } = useTrigger(workspace, trigger_id);
    if (refused) return refused;
    const bad = check(workspace, 'views.open', view, 'modal');
    if (bad) return bad;
    const id = makeId('V');
    workspace.views.set(id, { id, hash: makeId(''), person, view, open: true });
    return { ok: true, view: { ...view, id } };
  }),
  'views.update': method(
    [],
    z.strictObject({ view_id: z.string(), hash: z.string().optional(), view }),
    (workspace, { view_id, hash, view }) => {
      const known = workspace.views.get(view_id);
      if (!known?.open) return refuse('not_found');
      if (hash && hash !== known.hash) return refuse('hash_conflict');
      const bad = check(workspace, 'views.update', view, 'modal');
      if (bad) return bad;
      Object.assign(known, { view, hash: makeId('') });
      return { ok: true, view: { ...view, id: view_id } };
    },
  ),
  'views.publish': method([], z.strictObject({ user_id: z.string(), view }), (workspace, { user_id, view }) => {
    if (!workspace.people.has(user_id)) return refuse('user_not_found');
    const bad = check(workspace, 'views.publish', view, 'home');
    if (bad) return bad;
    workspace.homes.set(user_id, { view, published: (workspace.homes.get(user_id)?.published ?? 0) + 1 });
    return { ok: true, view: { ...view, id: makeId('V') } };
  }),
};

const TRIGGER_MS = 3000;

/** Whose click it was; or Slack's refusal of a trigger that is unknown, used or older than three seconds. */
function useTrigger({ triggers, violate }: Workspace, id: string) {
  const trigger = triggers.get(id);
  const error = !trigger
    ? 'invalid_trigger_id'
    : trigger.used
      ? 'exchanged_trigger_id'
      : Date.now() - trigger.issued > TRIGGER_MS
        ? 'expired_trigger_id'
        : undefined;
  if (trigger && !error) {
    trigger.used = true;
    return { person: trigger.person };
  }
  violate(`views.open: ${error}`);
  return { refused: refuse(error!) };
}

function check(workspace: Workspace, where: string, view: Record<string, unknown>, type: string) {
  const problems = viewProblems(view);
  if (view.type !== type) problems.push(`[ERROR] a view of type ${String(view.type)} does not belong here`);
  for (const problem of problems) workspace.violate(`${where}: ${problem}`);
  if (problems.length > 0) return refuse('invalid_arguments', problems);
  const { blocks } = view;
  const content = Array.isArray(blocks) ? blocks.filter(({ type }) => type !== 'input') : [];
  for (let i = 0; i < content.length; i += 50) {
    const bad = judge(workspace, where, { text: 'a view needs none', blocks: content.slice(i, i + 50) });
    if (bad) return refuse('invalid_arguments', bad.messages);
  }
  return undefined;
}
