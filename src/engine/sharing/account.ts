/** Whose work a call of a model is. */
export interface Account {
  /** Of the job: who asked first has the lower number. */
  id: number;
  person: string;
  /** Where they asked: people of one space share what that space gets. */
  space: string;
  /** How many times the share of others is theirs; absent: 1. */
  weight?: number;
  /** Little work, which may run ahead of its turn. */
  light: boolean;
  /** What the house needs to do its work, such as judging a picture: goes first, nobody pays. */
  house?: boolean;
  /** What waits for it is given up when this is aborted. */
  signal?: AbortSignal;
}

let lastId = 0;

/** For work that nobody asked for in person. */
export const houseAccount = (id = --lastId): Account => ({ id, person: '', space: '', light: true, house: true });
