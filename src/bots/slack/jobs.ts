/** /jobs: where one's own jobs stand; `/jobs history`: the latest, with their ids. Slack keeps /status for itself. */
import type { App } from '@slack/bolt';
import type { Reply } from '../../core/reply.ts';
import { history, status } from '../jobs.ts';
import { deal, type Occasion, ofCommand, type SlackDeps, senderOf } from './occasion.ts';

export function listenToJobs(app: App, deps: SlackDeps): void {
  app.command('/jobs', async ({ command, ack }) => {
    await ack();
    const occasion = ofCommand(command);
    await deal(deps, occasion, () => jobs(deps, occasion, command.text ?? ''));
  });
}

const jobs = ({ studio }: SlackDeps, occasion: Occasion, text: string): Promise<Reply> =>
  /^\s*(history|latest|all)\b/i.test(text) ? history(studio, senderOf(occasion)) : status(studio, senderOf(occasion));
