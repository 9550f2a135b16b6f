import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Queue } from "../src/queue.js";

const LIMITS = { mostWaiting: 5, mostInBatch: 2, delay: 1000 };

function started() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const sent: number[][] = [];
  const ends: ((arrived: boolean) => void)[] = [];
  const queue = new Queue<number>((batch, ended) => {
    sent.push(batch);
    ends.push(ended);
  }, LIMITS);
  return { queue, sent, ends, stop: () => { mock.timers.reset(); } };
}

test("the first item waits for others, and a full batch for nobody", () => {
  const { queue, sent, ends, stop } = started();
  queue.add(1);
  mock.timers.tick(999);
  assert.deepEqual(sent, []);
  mock.timers.tick(1);
  assert.deepEqual(sent, [[1]]);
  for (const item of [2, 3, 4]) queue.add(item);
  mock.timers.tick(10_000);
  assert.deepEqual(sent, [[1]], "one batch at a time");
  ends[0]?.(true);
  mock.timers.tick(0);
  assert.deepEqual(sent, [[1], [2, 3]]);
  stop();
});

test("everything goes at once when the page goes", () => {
  const { queue, sent, stop } = started();
  for (const item of [1, 2, 3, 4, 5]) queue.add(item);
  queue.flush();
  assert.deepEqual(sent, [[1, 2], [3, 4], [5]]);
  stop();
});

test("what finds no place and what does not arrive is counted", () => {
  const { queue, ends, stop } = started();
  for (const item of [1, 2, 3, 4, 5, 6, 7]) queue.add(item);
  assert.equal(queue.takeLost(), 2);
  queue.flush();
  ends[0]?.(false);
  ends[0]?.(false);
  ends[1]?.(true);
  assert.equal(queue.takeLost(), 2);
  assert.equal(queue.takeLost(), 0);
  stop();
});

test("a sender that fails loses its batch and nothing else", async () => {
  const queue = new Queue<number>(() => { throw new Error("no"); }, LIMITS);
  queue.add(1);
  queue.flush();
  await queue.idle();
  assert.equal(queue.takeLost(), 1);
});

test("idle ends when the last batch has ended", async () => {
  const { queue, ends, stop } = started();
  await queue.idle();
  queue.add(1);
  queue.flush();
  let idle = false;
  const waited = queue.idle().then(() => { idle = true; });
  await Promise.resolve();
  assert.equal(idle, false);
  ends[0]?.(true);
  await waited;
  assert.equal(idle, true);
  stop();
});
