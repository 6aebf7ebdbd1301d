/** Every failure a person may cause or see. `code` is the contract; `message` says what happened and what to do. */
export type ErrorCode =
  | 'invalid_request' // the person can fix it: say what to change
  | 'not_yours' // a button of somebody else's picture
  | 'not_found' // a button of something deleted or never made here
  | 'too_many' // a quota: say when to try again
  | 'prompt_refused' // prompt moderation said no
  | 'picture_refused' // picture moderation said no
  | 'cancelled' // someone asked us to stop
  | 'model_missing' // the operator can fix it: install the model
  | 'model_corrupt' // a model file differs from its manifest
  | 'out_of_memory' // it does not fit; smaller may
  | 'engine_lost' // the engine process died under the job
  | 'engine_hung' // the engine process stopped answering and was killed
  | 'poisoned' // this job killed the engine twice
  | 'storage_full' // no space left for pictures
  | 'storage_failed' // the object store did not answer
  | 'database_unavailable' // wrong URL, wrong password, server down
  | 'database_newer' // migrated by a newer version of Atelier
  | 'data_in_use' // another Atelier runs on the same data folder
  | 'port_taken' // nothing free to listen on
  | 'bad_config' // the environment does not parse
  | 'platform_refused' // Discord or Slack will never accept this delivery
  | 'platform_unavailable' // Discord or Slack did not answer; later may work
  | 'internal'; // our bug

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** Facts for the log line, never secrets. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; detail?: Record<string, unknown> } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
  }
}

/** Anything caught, as an AppError: the only place that decides what 'internal' is. */
export function toAppError(caught: unknown): AppError {
  if (caught instanceof AppError) return caught;
  if (caught instanceof Error && caught.name === 'AbortError')
    return caught.cause instanceof AppError ? caught.cause : new AppError('cancelled', 'Cancelled.', { cause: caught });
  return new AppError('internal', caught instanceof Error ? caught.message : String(caught), { cause: caught });
}

const RETRYABLE = {
  invalid_request: false,
  not_yours: false,
  not_found: false,
  too_many: false,
  prompt_refused: false,
  picture_refused: false,
  cancelled: false,
  model_missing: false,
  model_corrupt: false,
  out_of_memory: false,
  engine_lost: true,
  engine_hung: true,
  poisoned: false,
  storage_full: false,
  storage_failed: true,
  database_unavailable: true,
  database_newer: false,
  data_in_use: false,
  port_taken: false,
  bad_config: false,
  platform_refused: false,
  platform_unavailable: true,
  internal: true,
} satisfies Record<ErrorCode, boolean>;

export const isRetryable = (error: AppError): boolean => RETRYABLE[error.code];

/** What a person reads. `null`: the error's own message was written for them. */
const SAYS = {
  invalid_request: null,
  not_yours: null,
  not_found: null,
  too_many: null,
  prompt_refused: null,
  picture_refused: null,
  cancelled: 'Cancelled.',
  model_missing: null,
  model_corrupt: 'The model on this server is damaged. Its admin can run `npm run -s atelier -- models verify`.',
  out_of_memory: null,
  engine_lost: 'The image engine stopped while working on this. Please try again.',
  engine_hung: 'The image engine stopped answering and was restarted. Please try again.',
  poisoned: 'This request stopped the image engine twice, so it was given up. Try a smaller size or fewer steps.',
  storage_full: 'The server has no space left for pictures. Its admin has to free some; nothing was charged.',
  storage_failed: 'The picture store did not answer. Please try again.',
  database_unavailable: 'The database did not answer. Please try again in a minute.',
  database_newer: null,
  data_in_use: null,
  port_taken: null,
  bad_config: null,
  platform_refused: null,
  platform_unavailable: 'The chat service did not answer. Please try again.',
  internal: 'Something went wrong on our side. Please try again; the admin can find the details in the log.',
} satisfies Record<ErrorCode, string | null>;

/** One plain sentence for the person who asked; never a stack, never a secret. */
export const says = (error: AppError): string => SAYS[error.code] ?? error.message;
