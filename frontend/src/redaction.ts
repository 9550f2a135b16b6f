// What never leaves the page: keys, tokens, phone numbers, e-mail addresses, card numbers.
//
// Every pattern is linear: it begins at a fixed anchor or a bounded class, and no part can match in two ways, so that
// hostile text costs no more than its length. No look-behind, which older Safaris cannot even parse.

const SECRET = new RegExp(
  [
    String.raw`\b(?:sk|pk|rk|xi|dg|gsk|aai|hf|ghp|gho|xox[bpas])[-_][A-Za-z0-9_-]{16,200}`,
    String.raw`\bAKIA[A-Z0-9]{16}\b`,
    String.raw`\bAIza[A-Za-z0-9_-]{30,60}`,
    String.raw`\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{0,2000})?`,
  ].join("|"),
  "g",
);
const AUTHORIZATION = /\b(bearer|token|basic)(\s{1,4})[A-Za-z0-9._~+/=-]{12,4000}/gi;
const SECRET_NAME =
  "api[-_]?key|authorization|passw(?:or)?d|passphrase|secret|access[-_]?token|auth[-_]?token|refresh[-_]?token|id[-_]?token";
const NAMED = new RegExp(
  String.raw`((?:${SECRET_NAME})["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|token|basic)\s{1,4})?)(?!\[)[^\s"',;&]{4,4000}`,
  "gi",
);
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)/gi;
const EMAIL = /(^|[^A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g;
const DIGITS = /(^|[^\w.])(\+?\(?\d[\d \-().]{5,24}\d)(?!\w)/g;
const SECRET_KEY = new RegExp(`${SECRET_NAME}|^token$|^cookie$|^set-cookie$`, "i");

/** The text without what must not leave the page; each place says what stood there. */
export function redact(text: string): string {
  return text
    .replace(URL_PASSWORD, "$1[password]")
    .replace(SECRET, "[secret]")
    .replace(AUTHORIZATION, "$1$2[secret]")
    .replace(NAMED, "$1[secret]")
    .replace(EMAIL, "$1[email]")
    .replace(DIGITS, (_, before: string, found: string) => before + number(found));
}

/** Whether what is kept under this name is a secret, whatever it looks like. */
export function namesSecret(key: string): boolean {
  return SECRET_KEY.test(key);
}

function number(found: string): string {
  const digits = found.replace(/\D/g, "");
  if (digits.length >= 13 && digits.length <= 19 && luhn(digits)) return "[card]";
  return isPhone(found, digits.length) ? "[phone]" : found;
}

/** A plus sign or the usual grouping makes a phone number; a bare run of digits may be any id or time stamp. */
function isPhone(found: string, count: number): boolean {
  if (count < 7 || count > 15) return false;
  if (found.startsWith("+")) return true;
  const [first = "", ...rest] = found.match(/\d+/g) ?? [];
  const last = rest.at(-1);
  if (last === undefined) return (count === 10 || count === 11) && /^[01]/.test(first);
  return count >= 9 && !found.includes(".") && rest.every((group) => group.length >= 2) && last.length >= 3;
}

function luhn(digits: string): boolean {
  let total = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 ? digit * 2 : digit;
    total += doubled > 9 ? doubled - 9 : doubled;
  }
  return total % 10 === 0;
}
