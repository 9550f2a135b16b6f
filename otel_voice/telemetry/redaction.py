"""What never leaves the process, in any mode and any signal: keys, tokens, phone numbers, e-mail and card numbers.

Every pattern is linear: it starts at a fixed anchor or a bounded class, and no part can match in two ways, so hostile
text costs no more than its length.
"""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""
    \b(?:sk|pk|rk)[-_][A-Za-z0-9_\-]{16,200}            # OpenAI, Anthropic, ElevenLabs, Stripe
    | \b(?:xi|dg|gsk|aai|hf|ghp|gho|xox[bpas])[-_][A-Za-z0-9_\-]{16,200}
    | \bAKIA[A-Z0-9]{16}\b                              # AWS access key id
    | \bAIza[A-Za-z0-9_\-]{30,60}                       # Google
    | \beyJ[A-Za-z0-9_\-]{8,2000}\.[A-Za-z0-9_\-]{8,4000}(?:\.[A-Za-z0-9_\-]{0,2000})?   # JSON web token
    """,
    re.VERBOSE,
)
_AUTHORIZATION = re.compile(r"\b(bearer|token|basic)(\s{1,4})[A-Za-z0-9._~+/=\-]{12,4000}", re.IGNORECASE)
_NAMED = re.compile(
    r"""((?:api[-_]?key|x-api-key|xi-api-key|authorization|passw(?:or)?d|secret|access[-_]?token|auth[-_]?token)
    ["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|token|basic)\s{1,4})?)(?!\[)[^\s"',;&]{4,4000}""",
    re.IGNORECASE | re.VERBOSE,
)
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.\-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d[\d \-().]{5,24}\d(?![\w])")
_MARKS = re.compile(r"[0-9@:=]|sk[-_]|pk[-_]|rk[-_]|eyJ|AKIA|AIza|earer|oken|asic|EARER", re.IGNORECASE)


def redact(text: str) -> str:
    """The text without what must not leave the process; each place says what stood there."""
    if _MARKS.search(text) is None:
        return text
    text = _URL_PASSWORD.sub(r"\1[password]", text)
    text = _SECRET.sub("[secret]", text)
    text = _AUTHORIZATION.sub(r"\1\2[secret]", text)
    text = _NAMED.sub(r"\1[secret]", text)
    text = _EMAIL.sub("[email]", text)
    return _DIGITS.sub(_number, text)


def bounded(text: str, length: int) -> str:
    """At most `length` characters. Cut only after redaction: half a secret is still one."""
    return text if len(text) <= length else text[:length] + "…"


def _number(match: re.Match[str]) -> str:
    found = match.group()
    digits = [int(character) for character in found if character.isdigit()]
    if 13 <= len(digits) <= 19 and _luhn(digits):
        return "[card]"
    if _is_phone(found, len(digits)):
        return "[phone]"
    return found


def _is_phone(found: str, count: int) -> bool:
    """A plus sign or the usual grouping makes a phone number; a bare run of digits may be any id or time stamp."""
    if not 7 <= count <= 15:
        return False
    if found.startswith("+"):
        return True
    groups = re.findall(r"\d+", found)
    if len(groups) == 1:
        return count in (10, 11) and groups[0][0] in "01"
    return count >= 9 and "." not in found and all(len(group) >= 2 for group in groups[1:]) and len(groups[-1]) >= 3


def _luhn(digits: list[int]) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
