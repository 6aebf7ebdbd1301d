/** Block Kit as Slack accepts it: strict shapes with the documented limits. Unknown fields are refused, as Slack does. */
import { z } from 'zod';

const plain = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });
const anyText = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)]);
const id = z.string().min(1).max(255);

const confirm = z.strictObject({ title: plain(100), text: anyText(300), confirm: plain(30), deny: plain(30) });
const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: id,
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
  confirm: confirm.optional(),
});

const picture = {
  alt_text: z.string().min(1).max(2000),
  image_url: z.string().max(3000).optional(),
  slack_file: z
    .strictObject({ id: z.string().optional(), url: z.string().optional() })
    .refine(
      (file) => (file.id === undefined) !== (file.url === undefined),
      'slack_file takes exactly one of id and url',
    )
    .optional(),
};
const oneSource = (image: { image_url?: unknown; slack_file?: unknown }) =>
  (image.image_url === undefined) !== (image.slack_file === undefined);
const imageElement = z
  .strictObject({ type: z.literal('image'), ...picture })
  .refine(oneSource, 'an image takes exactly one of image_url and slack_file');

const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: anyText(75).optional(),
});
const sameAsOneOf = (chosen: unknown, options: unknown[]) =>
  options.some((option) => JSON.stringify(option) === JSON.stringify(chosen));
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id: id,
    placeholder: plain(150).optional(),
    options: z.array(option).min(1).max(100),
    initial_option: option.optional(),
    focus_on_load: z.boolean().optional(),
  })
  .refine(
    ({ initial_option, options }) => !initial_option || sameAsOneOf(initial_option, options),
    'initial_option must be one of options',
  );
const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  action_id: id,
  options: z.array(option).min(1).max(10),
  initial_options: z.array(option).min(1).max(10).optional(),
});
const numberText = z.string().regex(/^-?\d+(\.\d+)?$/);
const input = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('plain_text_input'),
    action_id: id,
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
    initial_value: z.string().max(3000).optional(),
    placeholder: plain(150).optional(),
    focus_on_load: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('number_input'),
    action_id: id,
    is_decimal_allowed: z.boolean(),
    min_value: numberText.optional(),
    max_value: numberText.optional(),
    initial_value: numberText.optional(),
    placeholder: plain(150).optional(),
  }),
  staticSelect,
  checkboxes,
  z.strictObject({
    type: z.literal('file_input'),
    action_id: id,
    filetypes: z.array(z.string().min(1)).min(1).optional(),
    max_files: z.int().min(1).max(10).optional(),
  }),
]);

const block_id = id.optional();
const Block = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      block_id,
      text: anyText(3000).optional(),
      fields: z.array(anyText(2000)).min(1).max(10).optional(),
      accessory: z.union([button, imageElement, staticSelect]).optional(),
      expand: z.boolean().optional(),
    })
    .refine(({ text, fields }) => text || fields, 'a section needs text or fields'),
  z.strictObject({ type: z.literal('header'), block_id, text: plain(150) }),
  z.strictObject({ type: z.literal('divider'), block_id }),
  z.strictObject({
    type: z.literal('context'),
    block_id,
    elements: z
      .array(z.union([anyText(2000), imageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id,
    elements: z
      .array(z.union([button, staticSelect]))
      .min(1)
      .max(25),
  }),
  z
    .strictObject({ type: z.literal('image'), block_id, title: plain(2000).optional(), ...picture })
    .refine(oneSource, 'an image takes exactly one of image_url and slack_file'),
  z.strictObject({
    type: z.literal('input'),
    block_id,
    label: plain(2000),
    hint: plain(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: input,
  }),
]);
export type Block = z.infer<typeof Block>;

const BlockList = z.array(Block).superRefine((blocks, context) => {
  const twice = (ids: (string | undefined)[]) => ids.find((id, i) => id !== undefined && ids.indexOf(id) !== i);
  const block = twice(blocks.map(({ block_id }) => block_id));
  if (block) context.addIssue({ code: 'custom', message: `block_id ${block} is used twice` });
  const action = twice(
    blocks.flatMap((block) => (block.type === 'actions' ? block.elements.map((e) => e.action_id) : [])),
  );
  if (action) context.addIssue({ code: 'custom', message: `action_id ${action} is used twice` });
});

const View = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('modal'),
      callback_id: z.string().max(255).optional(),
      title: plain(24),
      submit: plain(24).optional(),
      close: plain(24).optional(),
      private_metadata: z.string().max(3000).optional(),
      external_id: z.string().max(255).optional(),
      clear_on_close: z.boolean().optional(),
      notify_on_close: z.boolean().optional(),
      blocks: BlockList,
    })
    .refine(
      ({ blocks, submit }) => submit || !blocks.some(({ type }) => type === 'input'),
      'a modal with an input block needs submit',
    ),
  z.strictObject({
    type: z.literal('home'),
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3000).optional(),
    external_id: z.string().max(255).optional(),
    blocks: BlockList,
  }),
]);
export type View = z.infer<typeof View>;

const problems = (parsed: z.ZodSafeParseResult<unknown>) =>
  parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`);

/** What Slack would say against the blocks of a message; empty when it would take them. */
export const messageBlockProblems = (blocks: unknown): string[] => [
  ...(Array.isArray(blocks) && blocks.length > 50
    ? ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]']
    : []),
  ...(Array.isArray(blocks) && blocks.some((block) => block?.type === 'input')
    ? ['[ERROR] input blocks belong in views [json-pointer:/blocks]']
    : []),
  ...problems(BlockList.safeParse(blocks)),
];

/** What Slack would say against a view; empty when it would take it. */
export const viewProblems = (view: unknown): string[] => {
  const blocks = (view as { blocks?: unknown[] } | undefined)?.blocks;
  return [
    ...(Array.isArray(blocks) && blocks.length > 100
      ? ['[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]']
      : []),
    ...problems(View.safeParse(view)),
  ];
};
