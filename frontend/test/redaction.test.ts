import assert from "node:assert/strict";
import { test } from "node:test";

import { redact } from "../src/redaction.js";
import corpus from "./redaction.json";

test("no secret of the corpus is left", () => {
  for (const { text, secret } of corpus.secrets) {
    const said = redact(text);
    assert.ok(!said.includes(secret), said);
    assert.match(said, /\[(secret|password|email|phone|card)\]/);
  }
});

test("what only looks like one stays as it is", () => {
  for (const text of corpus.lookalikes) assert.equal(redact(text), text);
});

test("hostile text costs no more than its length", () => {
  // In one run: ten times the text may cost ten times the time, with room for noise, and never a hundred times.
  // Time of the processor: another program may take the clock's.
  for (const piece of ["1 ", "a.", "a@", "eyJa", "sk-", "password=", "+(", "https://a:", "bearer "]) {
    const short = cost(piece.repeat(10_000));
    const long = cost(piece.repeat(100_000));
    assert.ok(long < 50 * Math.max(short, 2), `${piece}: ${String(short)} ms, then ${String(long)} ms`);
  }
});

function cost(text: string): number {
  const times = [1, 2, 3, 4].map(() => {
    const began = process.cpuUsage().user;
    redact(text);
    return (process.cpuUsage().user - began) / 1000;
  });
  return Math.min(...times);
}
