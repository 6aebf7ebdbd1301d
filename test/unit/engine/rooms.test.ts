import { expect, it } from 'vitest';
import { createRooms } from '../../../src/engine/rooms.ts';

it('what was given back is lent again, and nothing is lent twice', () => {
  const rooms = createRooms();
  const first = rooms.borrow(100);
  const other = rooms.borrow(100);
  expect(other.buffer).not.toBe(first.buffer);
  rooms.giveBack(first);
  rooms.giveBack(first);
  expect(rooms.borrow(100).buffer).toBe(first.buffer);
  expect(rooms.borrow(100).buffer).not.toBe(first.buffer);
});

it('a room is exactly as long as it was asked for, even where a larger one is used; one far too large is not', () => {
  const rooms = createRooms();
  const large = rooms.borrow(150);
  rooms.giveBack(large);
  expect(rooms.borrow(60).buffer).not.toBe(large.buffer);
  const small = rooms.borrow(100);
  expect([small.length, small.buffer]).toEqual([100, large.buffer]);
});

it('of several that would do the smallest is lent', () => {
  const rooms = createRooms();
  const [large, fitting] = [rooms.borrow(190), rooms.borrow(110)];
  rooms.giveBack(fitting);
  rooms.giveBack(large);
  expect(rooms.borrow(100).buffer).toBe(fitting.buffer);
});

it('keeps no more than it may: what has waited longest goes first', () => {
  const rooms = createRooms(4 * 250);
  const all = [rooms.borrow(100), rooms.borrow(101), rooms.borrow(102)];
  for (const numbers of all) rooms.giveBack(numbers);
  const buffers = [rooms.borrow(100), rooms.borrow(101), rooms.borrow(102)].map(({ buffer }) => buffer);
  expect(all.map(({ buffer }) => buffers.includes(buffer))).toEqual([false, true, true]);
});

it('leaves alone what it did not lend', () => {
  const rooms = createRooms();
  const own = new Float32Array(100);
  rooms.giveBack(own);
  expect(rooms.borrow(100).buffer).not.toBe(own.buffer);
});
