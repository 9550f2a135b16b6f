import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ROOT_CONTEXT, trace } from "@opentelemetry/api";

import { carrierOf, websocketUrl } from "../src/carrier.js";
import { conversationId } from "../src/ids.js";
import { Limiter } from "../src/limiter.js";
import { checked, signalUrl } from "../src/options.js";
import { startVoiceTelemetry } from "../src/telemetry.js";

mock.method(console, "warn", () => undefined);

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const within = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 1 });

test("the carrier names the trace and the conversation", () => {
  const carrier = { traceparent: `00-${TRACE}-${SPAN}-01`, "x-conversation-id": "call-7" };
  assert.deepEqual(carrierOf(within, "call-7"), carrier);
  assert.deepEqual(carrierOf(ROOT_CONTEXT, "call-7"), { "x-conversation-id": "call-7" });
});

test("a URL keeps what is its own", () => {
  const url = websocketUrl("https://agent.example.com/call?room=a%20b&traceparent=old", { traceparent: "new" });
  assert.equal(url.href, "wss://agent.example.com/call?room=a+b&traceparent=new");
  assert.equal(websocketUrl("/call", { a: "b" }, "http://page.example/x/").href, "ws://page.example/call?a=b");
});

test("an id is believed as the agent would believe it", () => {
  assert.deepEqual(conversationId("call-7"), { id: "call-7", given: true });
  assert.match(conversationId(undefined).id, /^[0-9a-f]{32}$/);
  for (const bad of ["", "a b", "x".repeat(129), "jane@example.com", "+49-170-1234567", "<script>", 7, {}]) {
    const made = conversationId(bad);
    assert.equal(made.given, false);
    assert.match(made.id, /^[0-9a-f]{32}$/);
  }
});

test("so many are admitted in a window, and the rest is counted", () => {
  let now = 0;
  const limiter = new Limiter(2, 1000, () => now);
  assert.deepEqual([1, 2, 3, 4].map(() => limiter.admit()), [0, 0, undefined, undefined]);
  now = 1000;
  assert.equal(limiter.admit(), 2);
  assert.equal(limiter.admit(), 0);
});

test("the endpoint is the base of the signals' URLs", () => {
  assert.equal(signalUrl("https://c.example.com", "logs"), "https://c.example.com/v1/logs");
  assert.equal(signalUrl("https://c.example.com/otlp/", "traces"), "https://c.example.com/otlp/v1/traces");
  for (const bad of ["", "nowhere", "ftp://c.example.com", "javascript:alert(1)"]) {
    assert.equal(signalUrl(bad, "logs"), undefined);
  }
});

test("whatever a page gives as options, it gets telemetry that does no harm", async () => {
  for (const bad of [undefined, null, 7, {}, { endpoint: 7, serviceName: [] }]) {
    assert.equal(checked(bad).serviceName, "unknown_service");
    const voice = startVoiceTelemetry(bad as never);
    const call = voice.call({ conversationId: 7 } as never);
    call.log.info("x");
    call.playback().heard();
    call.watchPlayback(7 as never);
    await assert.rejects(call.microphone(() => Promise.reject(new RangeError("mine"))), /mine/);
    assert.equal(await call.microphone(() => Promise.resolve(42)), 42);
    call.end();
    call.end();
    await voice.stop();
  }
});
