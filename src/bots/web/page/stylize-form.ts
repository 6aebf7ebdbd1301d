/** The form of /stylize: a picture, in whose manner, how strongly, and where. What it says goes out as a command. */
import type { KeptPicture } from '../../../core/request.ts';
import type { Attached, Hints, Uploaded, WireReply } from '../wire.ts';
import { byId, h } from './dom.ts';
import { createMaskStage, type MaskStage } from './mask-stage.ts';
import { createStylePictures, type Taking } from './style-pictures.ts';

/** What is to be stylized: one that was handed in, or one of ours by the name that commands take. */
export type Subject = { url: string; name: string } & ({ taken: Taking['taken'] } | { of: string });

export interface StylizeForm {
  hint(hints: Hints): void;
  /** `typed`: what stands in the prompt. */
  open(subject: Subject, given?: { styles?: readonly Taking[]; typed?: string }): void;
}

type Manner = 'brush' | 'pictures' | 'words';
const MANNERS: Readonly<Record<Manner, string>> = { brush: 'A brush', pictures: 'Pictures', words: 'Words' };
const KEEPING: Readonly<Record<string, string>> = {
  no: 'No, take those of the style',
  luminance: 'Yes, change lightness only',
  histogram: 'Yes, by matching histograms',
};
const QUALITIES: Readonly<Record<string, string>> = { fast: 'Fast: seconds', best: 'Best: minutes' };

export function createStylizeForm(deps: {
  upload(file: Blob): Promise<Uploaded>;
  /** Answers what was refused. */
  send(text: string, pictures: readonly Attached[]): Promise<WireReply | undefined>;
}): StylizeForm {
  const dialog = byId<HTMLDialogElement>('stylize');
  let subject: Subject | undefined;
  let stage: MaskStage | undefined;
  let busy = false;

  const place = h('div', { class: 'place' });
  const problem = h('p', { role: 'alert', class: 'problem', hidden: true });
  const refuse = (says: string) => {
    problem.textContent = says;
    problem.hidden = false;
    problem.scrollIntoView({ block: 'nearest' });
  };

  const manners = radios<Manner>('manner', MANNERS, () => renew());
  const brush = h('select');
  const words = h('input', { type: 'text', maxlength: 1000 });
  const pictures = createStylePictures({
    upload: deps.upload,
    refused: ({ headline }) => refuse(headline),
    changed: () => renew(),
  });
  const parts: Readonly<Record<Manner, HTMLElement>> = {
    brush: line('Brush', brush),
    pictures: pictures.element,
    words: line('What it should become', words),
  };
  const strength = h('input', { type: 'range', min: 0, max: 100, value: 100, input: () => told() });
  const strong = h('output', {}, 'as usual');
  const told = () => {
    strength.dataset.chosen = 'true';
    strong.textContent = `${strength.value} %`;
  };
  const keep = h('select', {}, ...choices(KEEPING));
  const quality = h('select', {}, h('option', { value: '' }, 'As it comes'), ...choices(QUALITIES));
  const where = radios<'all' | 'part'>('where', { all: 'Everywhere', part: 'Only where I paint' }, () => renew());
  const secret = h('input', { type: 'checkbox' });
  const keepRow = line('Keep the colours', keep);
  const qualityRow = line('Quality', quality);
  const go = h('button', { type: 'submit', class: 'press primary' }, 'Stylize');

  dialog.append(
    h(
      'form',
      { method: 'dialog', submit: (event) => void submitted(event) },
      h('h2', { id: 'stylize-title' }, 'Stylize this picture'),
      h(
        'div',
        { class: 'sides' },
        h('div', { class: 'settings' }, place, h('fieldset', {}, h('legend', {}, 'Where'), where.element)),
        h(
          'div',
          { class: 'settings' },
          h('fieldset', {}, h('legend', {}, 'In the manner of'), manners.element, ...Object.values(parts)),
          line('Strength', strength, strong),
          keepRow,
          qualityRow,
          h('label', { class: 'check' }, secret, 'Only I see the result'),
        ),
      ),
      problem,
      h(
        'div',
        { class: 'ends' },
        h('button', { type: 'button', class: 'press neutral', click: () => dialog.close() }, 'Cancel'),
        go,
      ),
    ),
  );

  /** Shows what belongs to the manner, and asks for the masks that are wanted. */
  function renew(): void {
    const manner = manners.value();
    for (const [name, part] of Object.entries(parts)) part.hidden = name !== manner;
    keepRow.hidden = manner === 'words';
    qualityRow.hidden = manner !== 'pictures';
    const masks = new Map<string, string>(where.value() === 'part' ? [['mask', 'the style goes']] : []);
    if (manner === 'pictures')
      for (const { url, name, inPart } of pictures.all()) if (inPart()) masks.set(url, `“${name}” goes`);
    stage?.want(masks);
  }

  async function submitted(event: Event): Promise<void> {
    event.preventDefault();
    if (busy || !subject) return;
    busy = true;
    go.setAttribute('aria-disabled', 'true');
    problem.hidden = true;
    try {
      const said = await asked(subject);
      const refused = typeof said === 'string' ? said : (await deps.send(said.text, said.pictures))?.headline;
      if (refused !== undefined) return refuse(refused);
      subject = undefined; // the next one begins afresh
      dialog.close();
    } finally {
      busy = false;
      go.removeAttribute('aria-disabled');
    }
  }

  /** The command and its pictures, or what is missing. */
  async function asked(subject: Subject): Promise<{ text: string; pictures: Attached[] } | string> {
    const manner = manners.value();
    const chosen = manner === 'pictures' ? pictures.all() : [];
    if (manner === 'pictures' && chosen.length === 0) return 'Add a picture whose manner it takes.';
    if (manner === 'words' && !words.value.trim()) return 'Type what it should become.';
    const all: Attached[] = [];
    const take = (picture: KeptPicture | undefined, as: string) => picture && all.push({ ...picture, as });
    if ('taken' in subject && !take(await subject.taken, 'picture'))
      return 'That picture was not taken in. Attach another.';
    for (const [i, { taken }] of chosen.entries())
      if (!take(await taken, i === 0 ? 'like' : `like_${i + 1}`)) return 'A picture was not taken in. Add another.';
    for (const [name, as] of [['mask', 'mask'], ...chosen.map(({ url }, i) => [url, `mask_${i + 1}`])] as const) {
      const pad = stage?.get(name!);
      if (!pad) continue;
      if (pad.isEmpty()) return 'A mask is still empty. Paint where it goes, or let it go everywhere.';
      const answer = await deps.upload(await pad.file());
      if ('notice' in answer) return answer.notice.headline;
      take(answer.picture, as!);
    }
    const settings = {
      of: 'of' in subject && subject.of,
      brush: manner === 'brush' && brush.value,
      weights: chosen.length > 1 && chosen.map(({ weight }) => weight()).join(' '),
      strength: strength.dataset.chosen && Number(strength.value) / 100,
      quality: manner === 'pictures' && quality.value,
      keep_colours: manner !== 'words' && keep.value !== 'no' && keep.value,
    };
    const text = [
      '/stylize',
      ...(manner === 'words' ? [words.value.trim()] : []),
      ...Object.entries(settings).flatMap(([name, value]) =>
        value === false || value === undefined || value === '' ? [] : [`--${name} ${value}`],
      ),
      ...(secret.checked ? ['--private'] : []),
    ];
    return { text: text.join(' '), pictures: all };
  }

  async function show(now: Subject): Promise<void> {
    const picture = h('img', { src: now.url, alt: 'The picture to stylize' });
    place.replaceChildren(picture);
    stage = undefined;
    await picture.decode().catch(() => undefined);
    if (subject !== now) return;
    if (picture.naturalWidth === 0) return; // a kind that this browser does not show: it can be stylized, not painted on
    stage = createMaskStage(picture);
    place.replaceChildren(stage.element);
    renew();
  }

  return {
    hint: ({ commands, notes }) => {
      const { options = [] } = commands.find(({ name }) => name === 'stylize') ?? {};
      const names = options.find(({ name }) => name === 'brush')?.choices ?? [];
      brush.replaceChildren(...names.map((name) => h('option', { value: name }, titled(name, notes[name]))));
    },
    open: (asked, { styles = [], typed = '' } = {}) => {
      problem.hidden = true;
      if (subject?.url !== asked.url) {
        subject = asked;
        pictures.clear();
        where.choose('all');
        delete strength.dataset.chosen;
        strength.value = '100';
        strong.textContent = 'as usual';
        void show(asked);
      }
      for (const style of styles) if (!pictures.all().some(({ url }) => url === style.url)) pictures.add(style);
      const painter = [...brush.options].find(({ value }) => value === typed.trim().toLowerCase());
      if (painter) brush.value = painter.value;
      else if (typed && !typed.startsWith('/')) words.value = typed;
      if (typed || styles.length > 0)
        manners.choose(styles.length > 0 ? 'pictures' : painter || typed.startsWith('/') ? 'brush' : 'words');
      renew();
      dialog.showModal();
    },
  };
}

function radios<Value extends string>(name: string, labels: Readonly<Record<Value, string>>, changed: () => void) {
  const inputs = (Object.keys(labels) as Value[]).map((value, i) =>
    h('input', { type: 'radio', name, value, checked: i === 0, change: changed }),
  );
  const element = h(
    'div',
    { class: 'radios' },
    ...inputs.map((input) => h('label', {}, input, labels[input.value as Value])),
  );
  return {
    element,
    value: () => inputs.find(({ checked }) => checked)!.value as Value,
    choose: (value: Value) => {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/** A field below its label, whose text is the field's name and no more. */
function line(label: string, field: HTMLElement, ...more: Node[]): HTMLElement {
  field.id = `stylize-${label.toLowerCase().replaceAll(' ', '-')}`;
  return h('div', { class: 'line' }, h('label', { for: field.id }, label), field, ...more);
}

const choices = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([value, label]) => h('option', { value }, label));

const titled = (name: string, note?: string) =>
  `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}${note ? ` — ${note}` : ''}`;
