// The id of a conversation, by the rules with which the agent believes one.

import { tell } from "./guard.js";
import { redact } from "./redaction.js";

const ID = /^[A-Za-z0-9][A-Za-z0-9._:@+=/~-]{0,127}$/;

/** The id as given, or a new one where it was not given or may not be told. */
export function conversationId(given: unknown): { readonly id: string; readonly given: boolean } {
  if (given === undefined || given === null) return { id: newId(), given: false };
  if (typeof given === "string" && ID.test(given) && redact(given) === given) return { id: given, given: true };
  tell(
    "a conversationId must be 1 to 128 letters, digits and ._:@+=/~-, and no key, address or telephone number: " +
      "another is made in its place",
  );
  return { id: newId(), given: false };
}

/** 32 hexadecimal digits, also where the page is not in a secure context. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
