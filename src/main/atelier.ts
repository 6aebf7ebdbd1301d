/** `atelier`: one picture from a shell, the installed models, and the processes of a larger installation. */
import { Command } from 'commander';
import { die } from './environment.ts';
import { imagine } from './imagine.ts';
import { addModelCommands } from './models.ts';

const program = new Command('atelier')
  .description('A self-hosted image studio that lives in chat.')
  .showHelpAfterError();

program
  .command('imagine')
  .description('make one picture (or --count of them) without a server; prints one JSON line each')
  .argument('<prompt...>', 'what it should show')
  .option('--out <file>', 'where to write it; further pictures get -2, -3 …', 'picture.png')
  .option('--seed <number>', 'the same seed and options give the same bytes')
  .option('--negative <text>', 'what it should not show')
  .option('--count <number>', 'how many, 1 to 4')
  .option('--steps <number>', 'denoising steps')
  .option('--guidance <number>', 'how strongly to follow the prompt')
  .option('--sampler <name>', 'euler, euler_a, dpmpp_2m_karras, ddim')
  .option('--size <WxH>', 'such as 128x128')
  .option('--model <name>', 'which model draws')
  .action((prompt: string[], { out, ...options }: { out: string }) =>
    imagine({ ...options, prompt: prompt.join(' ') }, out),
  );

addModelCommands(program.command('models').description('the installed models, and others to fetch'));

// Long-running processes read their own arguments; they are modules that start when imported.
for (const [name, summary] of Object.entries({
  bot: 'gateways, chat page and deliveries',
  worker: 'takes jobs and runs the engine',
}))
  program
    .command(name)
    .description(summary)
    .allowUnknownOption()
    .action(async () => {
      process.argv.splice(2, 1);
      await import(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`);
    });

await program.parseAsync().catch(die);
