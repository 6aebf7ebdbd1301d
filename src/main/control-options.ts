/** `--control canny=photo.png,weight=0.8,to=0.6,guess`: which hint of which file steers, and how. */
import { AppError } from '../core/errors.ts';
import type { PictureRef, RequestInput } from '../core/request.ts';

type Asked = NonNullable<Extract<RequestInput, { kind: 'imagine' }>['controls']>[number];

const SETTING = /,(?:(weight|from|to)=([0-9.]+)|model=([^,=]+)|(guess))$/;

/** Throws invalid_request for what has another form. */
export async function readControl(text: string, add: (file: string) => Promise<PictureRef>): Promise<Asked> {
  const settings: Partial<Asked> = {};
  let rest = text;
  for (let found = SETTING.exec(rest); found; found = SETTING.exec(rest)) {
    const [whole, name, value, model, guess] = found;
    if (name) settings[name as 'weight' | 'from' | 'to'] = Number(value);
    if (model) settings.model = model;
    if (guess) settings.guess = true;
    rest = rest.slice(0, -whole.length);
  }
  const [, hint, file] = /^([a-z]+)=(.+)$/.exec(rest) ?? [];
  if (hint && file) return { ...settings, hint, picture: await add(file) };
  throw new AppError(
    'invalid_request',
    `--control takes a hint and a file, such as canny=photo.png or scribble=doodle.png,weight=0.6,from=0,to=0.7,guess,model=NAME, not “${text.slice(0, 80)}”.`,
  );
}
