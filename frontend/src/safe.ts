// What a page says of itself, before it is told: redacted, bounded in size, and of types that OTLP knows.

import { namesSecret, redact } from "./redaction.js";

const MOST_CHARACTERS = 1024;
const MOST_STACK_CHARACTERS = 8192;
const MOST_ATTRIBUTES = 32;
const MOST_DEPTH = 3;
const NO_TEXT = "[no text]";
/** So long may a text be before anybody looks at it; beyond it is cut unread. */
const MOST_READ = 65_536;

export type Primitive = string | number | boolean;
export type Attributes = Record<string, Primitive>;

/** Text that may be told, of whatever a page gives. It is cut after redaction: half a secret is still one. */
export function safeText(text: unknown, most: number = MOST_CHARACTERS): string {
  const found = redact(textOf(text).slice(0, MOST_READ));
  return found.length > most ? `${found.slice(0, most)}…` : found;
}

/** A stack of calls that may be told. */
export function safeStack(stack: string): string {
  return safeText(stack, MOST_STACK_CHARACTERS);
}

/** Attributes that may be told. A map within is spread over names with dots; what has no value is left out. */
export function safeAttributes(given: Record<string, unknown>): Attributes {
  const found: Attributes = {};
  spread("", given, found, 0);
  return found;
}

function spread(prefix: string, given: object, found: Attributes, depth: number): void {
  for (const key of Object.keys(given)) {
    if (Object.keys(found).length >= MOST_ATTRIBUTES) return;
    const value = read(given, key);
    if (value === undefined || value === null || typeof value === "function") continue;
    const name = prefix + safeText(key, 128);
    if (namesSecret(key)) found[name] = "[secret]";
    else if (isMap(value) && depth < MOST_DEPTH) spread(`${name}.`, value, found, depth + 1);
    else found[name] = safeValue(value);
  }
}

function safeValue(value: unknown): Primitive {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? safeNumber(value) : String(value);
  return safeText(value);
}

/** A property can fail to be read, and is then told as one that has no text. */
function read(given: object, key: string): unknown {
  try {
    return (given as Record<string, unknown>)[key];
  } catch {
    return NO_TEXT;
  }
}

/** A number can be a number to call, or to pay with; not where it is a moment of our days. */
function safeNumber(value: number): Primitive {
  if (isMoment(value) || isMoment(value / 1000)) return value;
  const text = String(value);
  const told = redact(text);
  return told === text ? value : told;
}

/** Whether it is a Unix time in seconds, of 2017 to 2065. */
function isMoment(value: number): boolean {
  return value >= 1.5e9 && value < 3e9;
}

/** An object's own words can fail, and then there are none. */
function textOf(value: unknown): string {
  try {
    return Array.isArray(value) ? value.slice(0, MOST_ATTRIBUTES).map(String).join(", ") : String(value);
  } catch {
    return NO_TEXT;
  }
}

function isMap(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
}
