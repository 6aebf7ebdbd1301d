/**
 * What a body must satisfy: Discord's own schemas (discord-api-spec), plus the rules its OpenAPI document leaves out.
 * A broken rule is answered as Discord would and is written down as a violation.
 */
import type { z } from 'zod';
import { invalidForm, Refused } from './refused.ts';
import { FLAG, type Modal, type World } from './world.ts';

export interface Upload {
  field: string;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

export interface MessageBody {
  content?: string | null;
  embeds?: unknown[] | null;
  attachments?: { id: string; filename?: string; description?: string; is_spoiler?: boolean }[] | null;
  components?: { type: number; components: Record<string, unknown>[] }[] | null;
  allowed_mentions?: { parse?: string[]; users?: string[]; roles?: string[]; replied_user?: boolean } | null;
  flags?: number | null;
  nonce?: string | number | null;
  enforce_nonce?: boolean | null;
  message_reference?: { message_id?: string; fail_if_not_exists?: boolean } | null;
}

/** discord.js adds these to bodies on its own. */
const HARMLESS = new Set(['tts', 'nonce', 'enforce_nonce', 'username', 'avatar_url']);

/** Ids may be numbers in JSON; the schema knows strings only. Permissions the other way round. */
export function normalised(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(normalised);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      if (key === 'attachments' && Array.isArray(value))
        return [key, value.map((one) => ({ ...one, id: String(one.id) }))];
      if (key === 'default_member_permissions' && typeof value === 'string') return [key, Number(value)];
      return [key, normalised(value)];
    }),
  );
}

export function checkSchema(world: World, where: string, schema: z.ZodType, body: unknown): void {
  const parsed = schema.safeParse(normalised(body));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    world.violate(`${where}: not Discord's schema: ${problems}`);
    throw invalidForm(problems);
  }
  const shape = (schema as { def?: { shape?: Record<string, unknown> } }).def?.shape;
  if (!shape || typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const unknown = Object.keys(body).filter((key) => !(key in shape) && !HARMLESS.has(key));
  if (unknown.length > 0) world.violate(`${where}: unknown field ${unknown.join(', ')}`);
}

/** `after` is what the message would be: an edit that leaves something out keeps it. */
export function checkMessage(
  world: World,
  where: string,
  body: MessageBody,
  uploads: Upload[],
  kept: { ids: string[]; content: string; images: number },
): void {
  const broken = (rule: string, code = 50035): never => {
    world.violate(`${where}: ${rule}`);
    throw new Refused(400, code, rule);
  };
  if ((body.flags ?? 0) & FLAG.componentsV2) broken('Components V2 is not used by this bot');
  const content = body.content ?? (body.content === null ? '' : kept.content);
  if (content.length > 2000) broken(`content has ${content.length} of 2000 characters`);
  const images = body.attachments ? body.attachments.length : kept.images + uploads.length;
  if (!content && images === 0 && !body.embeds?.length && !body.components?.length)
    broken('Cannot send an empty message', 50006);
  if (body.content && JSON.stringify(body.allowed_mentions?.parse) !== '[]')
    broken('allowed_mentions does not say parse: [], so an echoed prompt could ping');
  if (body.allowed_mentions?.users?.length || body.allowed_mentions?.roles?.length) broken('somebody would be pinged');
  checkRows(body, broken);
  checkAttachments(body, uploads, kept.ids, broken);
}

function checkRows({ components }: MessageBody, broken: (rule: string) => never): void {
  const rows = components ?? [];
  if (rows.length > 5) broken(`${rows.length} of 5 rows`);
  const ids = new Set<string>();
  for (const row of rows) {
    if (row.type !== 1) broken('a component outside a row');
    if (row.components.length > 5) broken(`${row.components.length} of 5 buttons in a row`);
    for (const component of row.components) {
      const id = String(component.custom_id ?? '');
      if (component.type === 3) {
        if (row.components.length > 1) broken('a menu shares its row');
        checkMenu(component, broken);
        if (ids.has(id)) broken(`custom_id ${id} twice in one message`);
        ids.add(id);
        continue;
      }
      if (component.type !== 2) broken(`component type ${component.type} in a row of buttons`);
      if (!component.label && !component.emoji) broken('a button without label or emoji');
      if (String(component.label ?? '').length > 80) broken('a label over 80 characters');
      if (component.style === 5 ? !component.url : id.length < 1 || id.length > 100)
        broken('custom_id must have 1 to 100 characters');
      if (id && ids.has(id)) broken(`custom_id ${id} twice in one message`);
      ids.add(id);
    }
  }
}

/** A string select, in a message or in a form. */
function checkMenu(component: Record<string, unknown>, broken: (rule: string) => never): void {
  const { custom_id = '', placeholder = '', options = [] } = component as Partial<Menu>;
  if (custom_id.length < 1 || custom_id.length > 100) broken('custom_id must have 1 to 100 characters');
  if (placeholder.length > 150) broken('a placeholder over 150 characters');
  if (options.length < 1 || options.length > 25) broken(`${options.length} of 1 to 25 options`);
  for (const { label, value } of options) {
    if (label.length < 1 || label.length > 100) broken('an option label must have 1 to 100 characters');
    if (value.length < 1 || value.length > 100) broken('an option value must have 1 to 100 characters');
  }
  if (new Set(options.map(({ value }) => value)).size < options.length) broken('two options of one value');
}

interface Menu {
  custom_id: string;
  placeholder: string;
  options: { label: string; value: string }[];
}

/** A form: 1 to 5 labels, each around one field. */
export function checkModal(world: World, { custom_id = '', title = '', components = [] }: Partial<Modal>): void {
  const broken = (rule: string): never => {
    world.violate(`form: ${rule}`);
    throw invalidForm(rule);
  };
  if (custom_id.length < 1 || custom_id.length > 100) broken('custom_id must have 1 to 100 characters');
  if (title.length < 1 || title.length > 45) broken('the title must have 1 to 45 characters');
  if (components.length < 1 || components.length > 5) broken(`${components.length} of 1 to 5 fields`);
  for (const { type, label, component } of components) {
    if (type !== 18) broken(`component type ${type} instead of a label`);
    if (label.length < 1 || label.length > 45) broken('a label must have 1 to 45 characters');
    if (component.type === 3) checkMenu(component, broken);
    else if (component.type !== 4) broken(`component type ${component.type} in a form`);
    else if ((component.max_length ?? 4000) > 4000) broken('a text field over 4000 characters');
  }
  const ids = components.map(({ component }) => component.custom_id);
  if (new Set(ids).size < ids.length) broken('a custom_id twice in one form');
}

function checkAttachments(
  { attachments }: MessageBody,
  uploads: Upload[],
  kept: string[],
  broken: (rule: string) => never,
): void {
  const fields = new Set(uploads.map(({ field }) => field));
  for (const { id, description } of attachments ?? []) {
    if (!fields.has(`files[${id}]`) && !kept.includes(id)) broken(`attachment ${id} names no file`);
    if (fields.has(`files[${id}]`) && !description?.trim()) broken(`attachment ${id} has no alt text`);
    if ((description ?? '').length > 1024) broken('alt text over 1024 characters');
  }
  for (const { field } of uploads)
    if (!attachments?.some(({ id }) => `files[${id}]` === field)) broken(`${field} has no attachments entry`);
}

/** The parts of a command that the schema does not express. */
export function checkCommands(world: World, commands: Record<string, unknown>[]): void {
  const broken = (rule: string): never => {
    world.violate(`commands: ${rule}`);
    throw invalidForm(rule);
  };
  const ofType = (wanted: number) => commands.filter(({ type = 1 }) => type === wanted);
  if (ofType(1).length > 100) broken('more than 100 commands');
  if (ofType(3).length > 15) broken('more than 15 message commands');
  if (new Set(commands.map(({ name, type = 1 }) => `${type} ${name}`)).size < commands.length)
    broken('two commands of one name');
  for (const command of ofType(3)) {
    if (!/^[-\w\p{L}\p{N} ]{1,32}$/u.test(String(command.name))) broken(`${String(command.name)} is no command name`);
    if (command.description || command.options) broken('a message command with a description or options');
  }
  for (const command of ofType(1)) {
    const options = (command.options ?? []) as Record<string, unknown>[];
    for (const { name } of [command, ...options])
      if (!/^[-_\p{Ll}\p{Lo}\p{N}]{1,32}$/u.test(String(name))) broken(`${String(name)} is no command or option name`);
    if (!command.description) broken('a chat command without description');
    if (options.length > 25) broken(`${options.length} of 25 options`);
    for (const { description } of [command, ...options])
      if (String(description).length > 100) broken('a description over 100 characters');
    const firstOptional = options.findIndex(({ required }) => !required);
    if (firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required))
      broken('a required option after an optional one');
    if (options.some(({ choices, autocomplete }) => autocomplete && (choices as unknown[] | undefined)?.length))
      broken('choices and autocomplete on one option');
    const text = [command, ...options].reduce(
      (sum, { name, description }) => sum + String(name).length + String(description).length,
      0,
    );
    if (text > 8000) broken('more than 8000 characters');
  }
}
