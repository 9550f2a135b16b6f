import assert from "node:assert/strict";
import { test } from "node:test";

import { safeAttributes, safeText } from "../src/safe.js";

test("values of every kind become what OTLP knows", () => {
  const given = { text: "a", number: 1.5, yes: true, no: null, never: undefined, list: [1, "b"], at: new Date(0), big: 5n };
  assert.deepEqual(safeAttributes(given), {
    text: "a",
    number: 1.5,
    yes: true,
    list: "1, b",
    at: new Date(0).toString(),
    big: "5",
  });
});

test("maps are spread over names, to a depth", () => {
  const given = { a: { b: { c: { d: { e: 1 } } } } };
  assert.deepEqual(safeAttributes(given), { "a.b.c.d": "[object Object]" });
});

test("what fails to be read does no harm", () => {
  const bad = {
    get broken(): string {
      throw new Error("no");
    },
    worse: new (class { toString(): string { throw new Error("no"); } })(),
    bare: Object.create(null) as object,
    does: () => "a function says nothing",
  };
  assert.deepEqual(safeAttributes(bad), { broken: "[no text]", worse: "[no text]" });
});

test("a secret is known by its name, and in the name itself", () => {
  const said = safeAttributes({ password: "x", apiKey: 7, "x-api-key": "y", tokens: 12, "jane@example.com": 1 });
  assert.deepEqual(said, { password: "[secret]", apiKey: "[secret]", "x-api-key": "[secret]", tokens: 12, "[email]": 1 });
});

test("a number to call is none to tell, a moment is", () => {
  const said = safeAttributes({ card: 4111111111111111, call: 14155552671, ms: 1790000000123, s: 1790000000, n: 42 });
  assert.deepEqual(said, { card: "[card]", call: "[phone]", ms: 1790000000123, s: 1790000000, n: 42 });
});

test("text is bounded, and cut after it was redacted", () => {
  const said = safeText(`${"x".repeat(1015)} jane.doe@example.com`);
  assert.ok(said.length <= 1025);
  assert.ok(!said.includes("jane"));
  assert.equal(safeText("y".repeat(1_000_000)).length, 1025);
});

test("there are not more than so many attributes", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`a${String(index)}`, index]));
  assert.equal(Object.keys(safeAttributes(many)).length, 32);
});
