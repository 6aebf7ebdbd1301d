/** `atelier`: one picture from a shell, the installed models, and the processes of a larger installation. */
import { Command } from 'commander';
import { HINT_NAMES } from '../engine/control/hint-names.ts';
import { makeAtShell } from './at-shell.ts';
import { check } from './check.ts';
import { die } from './environment.ts';
import { askFace, askMorph, askStylize, askUpscale, type FaceOptions, type StylizeOptions } from './filters.ts';
import { hint } from './hint.ts';
import { imagine } from './imagine.ts';
import type { ShellOptions } from './imagine-options.ts';
import { addKeyCommands } from './keys.ts';
import { addModelCommands } from './models.ts';

type Written<T> = T & { out?: string };
const again = (said: string, before: string[] = []) => [...before, said];

const program = new Command('atelier')
  .description('A self-hosted image studio that lives in chat.')
  .showHelpAfterError('--help says what there is.');

program
  .command('imagine')
  .description('make one picture (or --count of them) without a server; prints one JSON line each')
  .argument('<prompt...>', 'what it should show')
  .option('--out <file>', 'where to write it; further pictures get -2, -3 …', 'picture.png')
  .option('--seed <number>', 'the same seed and options give the same bytes')
  .option('--negative <text>', 'what it should not show')
  .option('--count <number>', 'how many, 1 to 4')
  .option('--quick', 'in a few steps: a picture at once; without it, the same seed is finer')
  .option('--steps <number>', 'denoising steps')
  .option('--guidance <number>', 'how strongly to follow the prompt')
  .option('--sampler <name>', 'such as euler_a, dpmpp_2m_karras or “DPM++ 2M Karras”')
  .option('--size <WxH>', 'such as 128x128')
  .option('--model <name>', 'which model draws')
  .option('--style <name>', 'a named style put around the prompt: see models/words/styles.json')
  .option('--detail <text>', 'what the subject is like, put behind the prompt')
  .option('--setting <text>', 'where it is, behind that')
  .option('--light <text>', 'what light there is, behind that')
  .option('--quality <text>', 'how finely it is made, last')
  .option('--from <file>', 'begin with this picture')
  .option('--strength <share>', 'how much of it is forgotten, 0 to 1')
  .option('--mask <file>', 'white is painted anew, black stays; “alpha”: what is transparent in --from')
  .option('--extend <pixels>', 'paint new margins around it: one number, or left,top,right,bottom')
  .option('--hires <scale>', 'a second pass at so many times the size, 1.25 to 4')
  .option('--hires-strength <share>', 'how much the second pass may change, 0 to 1')
  .option('--variation <seed,share>', 'walk a share of the way to another seed’s noise')
  .option('--walk-to <prompt>', 'frames on the way to this prompt; --out may be .webp or .gif')
  .option('--walk-seed <number>', 'and to this seed')
  .option('--frames <number>', 'how many frames')
  .option(
    '--control <hint=file>',
    'steer with a hint of a picture: canny=photo.png,weight=0.8,from=0,to=0.6,guess; may be said again',
    again,
  )
  .option('--clip-skip <number>', 'which layer of the text encoder, counted from the last, which is 1')
  .option('--weighting <name>', 'how (word:1.3) is applied: a1111, compel, comfy, none')
  .option('--guidance-rescale <share>', 'against burnt colours under strong guidance')
  .option('--guidance-interval <from,to>', 'shares of the run between which there is guidance')
  .action((prompt: string[], { out, ...options }: ShellOptions & Record<string, string> & { out: string }) => {
    const { negative, count, seed, quick, steps, guidance, sampler, size, model } = options;
    const { style, detail, setting, light, quality } = options;
    const parts = { prompt: prompt.join(' '), style, detail, setting, light, quality };
    const common = { ...parts, negative, count, seed, quick, steps, guidance, sampler, size, model };
    return imagine(options, common, out);
  });

program
  .command('stylize')
  .description('a picture in another manner: a brush, another picture, or words; says which way it went and why')
  .argument('<file>', 'a PNG, JPEG, WebP or GIF; brushes and --like paint every frame of one that moves')
  .option('--brush <name>', 'an installed brush, such as night-wind; without any manner the usual one')
  .option(
    '--like <file>',
    'a picture whose manner it takes: waves.png,weight=0.7,mask=where.png; may be said again',
    again,
  )
  .option('--words <text>', 'what it should become')
  .option('--quality <name>', 'fast, or best: minutes, with --like')
  .option('--strength <share>', '0 leaves the picture as it is, 1 is all style')
  .option('--keep-colours <how>', 'no, luminance or histogram')
  .option('--mask <file>', 'white is stylized, black stays')
  .option('--seed <number>', 'with --words: the same seed gives the same bytes')
  .option('--out <file>', 'where to write it: a .png; a .webp or .gif of what moves')
  .action((file: string, { out, ...options }: Written<StylizeOptions>) =>
    makeAtShell('stylize', askStylize(file, options), out),
  );

program
  .command('upscale')
  .description('a picture, or every frame of one that moves, larger')
  .argument('<file>', 'a PNG, JPEG, WebP or GIF')
  .option('--factor <number>', '2 or 4', '4')
  .option('--out <file>', 'where to write it: a .png; a .webp or .gif of what moves')
  .action((file: string, { out, ...options }: Written<{ factor: string }>) =>
    makeAtShell('upscale', askUpscale(file, options), out),
  );

program
  .command('face')
  .description('new faces, or the one most like a picture')
  .option('--with <attributes>', 'such as “smile +2, no glasses”')
  .option('--count <number>', 'how many, 1 to 300; each has the next seed')
  .option('--seed <number>', 'the same seed and options give the same bytes')
  .option('--truncation <number>', '0 is the average face, 1 the full variety')
  .option('--mix <seeds>', 'take layers from other seeds: “7 fine, 12 coarse”')
  .option('--like <file>', 'the face most like the one in this picture')
  .option('--model <name>', 'which model draws')
  .option('--out <file>', 'where to write it; further faces get -2, -3 …')
  .action(({ out, ...options }: Written<FaceOptions>) => makeAtShell('face', askFace(options), out));

program
  .command('morph')
  .description('one face turning into another, and back')
  .argument('<seeds...>', 'two or more, in this order')
  .option('--frames <number>', 'from one to the next')
  .option('--out <file>', 'where to write it: a .webp or a .gif')
  .action((seeds: string[], { out, ...options }: Written<{ frames?: string }>) =>
    makeAtShell('morph', askMorph(seeds, options), out),
  );

program
  .command('hint')
  .description('what a control would see of a picture: look before you spend a job')
  .argument('<file>', 'a PNG, JPEG or WebP')
  .requiredOption('--kind <name>', HINT_NAMES.join(', '))
  .option('--out <file>', 'where to write it', 'hint.png')
  .option('--size <WxH>', 'cut and shrink the picture to this size first, as a job does')
  .action(hint);

program
  .command('check')
  .description('was this picture made here? Reads the watermark, also of a copy that was saved again or made smaller')
  .argument('<file>', 'a PNG, JPEG, WebP or GIF')
  .action(check);

addKeyCommands(program.command('keys').description('the keys of the watermark'));
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
