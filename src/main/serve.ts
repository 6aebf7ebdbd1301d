/** A long-running process: help, start, banner, graceful end. */
import { Command } from 'commander';
import { banner } from './about.ts';
import { assemble, type Roles } from './assemble.ts';
import { die, readEnvironment, untilSignal } from './environment.ts';

export async function serve({ name, summary, roles }: { name: string; summary: string; roles: Roles }): Promise<void> {
  const command = new Command(name)
    .description(summary)
    .addHelpText(
      'after',
      '\nSettings are environment variables, listed in docs/configuration.md; nothing is required.\nOne picture from a shell: npm run -s atelier -- imagine "two red apples"',
    )
    .allowExcessArguments(false);
  command.parse();
  try {
    const environment = readEnvironment(name);
    const app = await assemble(environment, roles);
    untilSignal(environment.log, app.stop);
    const facts = app.about();
    environment.log.info({ where: app.where, ...facts }, 'ready');
    process.stdout.write(`\n${banner(app.where, facts)}\n`);
  } catch (error) {
    die(error);
  }
}
