"""Keys, tokens and passwords: by what they begin with, by what names them, by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otel_voice.privacy.finding import ESCAPED, Find, Found, Rule, Rules, compiled, finder

# What the providers' keys begin with. A key without such a sign, as Deepgram's, is found by its name or its header.
_PREFIXED = rf"""
    (?:(?<![A-Za-z0-9])|{ESCAPED})(?P<private>
      (?:sk|pk|rk|ek)[-_][A-Za-z0-9_\-]{{16,300}}                   # OpenAI, Anthropic, ElevenLabs, Cartesia, Stripe
    | (?:xi|dg|aai|xai|pplx|nvapi|lmnt|glpat|xapp|pypi)[-_][A-Za-z0-9_\-]{{16,300}}
    | (?:gsk|hf|npm|dop_v1|whsec|r8|fw|tgp|sntrys)_[A-Za-z0-9]{{16,300}}
    | gh[pousr]_[A-Za-z0-9]{{16,300}} | github_pat_[A-Za-z0-9_]{{16,300}}
    | xox[a-z][-_][A-Za-z0-9\-]{{10,300}}                        # Slack
    | (?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{{16}}(?![A-Za-z0-9])       # AWS
    | ABSK[A-Za-z0-9+/]{{40,300}}={{0,2}}                          # Bedrock
    | AQ\.[A-Za-z0-9_\-]{{30,300}}                                # Gemini
    | AIza[A-Za-z0-9_\-]{{30,60}} | ya29\.[A-Za-z0-9_\-]{{16,2000}}  # Google
    | GOCSPX-[A-Za-z0-9_\-]{{16,100}}
    | SK[0-9a-f]{{32}}(?![A-Za-z0-9])                            # Twilio's API keys; AC and CA are no secrets
    | SG\.[A-Za-z0-9_\-]{{16,64}}\.[A-Za-z0-9_\-]{{16,64}}         # SendGrid
    | eyJ[A-Za-z0-9_\-]{{8,8000}}(?:\.[A-Za-z0-9_\-]{{0,8000}}){{0,4}}  # JSON web token
    )
"""
_PREFIXES = (
    *(
        "sk-",
        "sk_",
        "pk-",
        "pk_",
        "rk-",
        "rk_",
        "ek-",
        "ek_",
        "xi-",
        "xi_",
        "dg-",
        "dg_",
        "ai-",
        "ai_",
        "pplx",
        "nvapi",
        "fw-",
        "fw_",
    ),
    *("tgp", "lmnt", "hf_", "npm", "dop_", "whsec", "r8", "glpat", "xapp", "pypi", "sntrys", "gsk_"),
    *(
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_",
        "xox",
        "AKIA",
        "ASIA",
        "AROA",
        "AIDA",
        "ABSK",
        "AIza",
        "AQ.",
        "ya29.",
    ),
    *("GOCSPX", "SK", "SG.", "eyJ"),
)
_LONG_WORD = re.compile(r"[A-Za-z0-9_\-]{16}")

_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
_BLOCK_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----"


def _blocks(text: str) -> Iterator[Found]:
    """Blocks of private keys; one without an end goes on to the end of the text."""
    begin = compiled(_BLOCK).search(text)
    while begin is not None:
        end = compiled(_BLOCK_END).search(text, begin.end())
        stop = len(text) if end is None else end.end()
        yield Found(begin.start(), stop, text[begin.start() : stop])
        begin = compiled(_BLOCK).search(text, stop)


_MARK = r"(?!\[(?:secret|phone|email|card|national_id)[\]:])"
_NAME = r"""
    (?:api[-_\ ]?key|(?:access|secret|private|subscription|shared|account|signing|encryption)[-_]?(?:access[-_]?)?key
    |x-gladia-key|passw(?:or)?d|passwd|passphrase|passcode|pwd|secret|(?:proxy-)?authorization
    |(?:access|auth|refresh|session|security|bearer|bot|csrf|id|api|push)[-_]?token|credentials?)
"""
_IS = r"""\\{0,3}["']?\s{0,4}(?:[:=]|=>)\s{0,4}"""
_SCHEMES_OF_HTTP = "(?:bearer|basic|token|digest|api-?key)"
_QUOTED = rf"""{_NAME}{_IS}[bru]?(?P<q>\\{{0,3}}["']){_MARK}(?P<private>(?:(?!(?P=q))[^\n]){{1,4000}})"""
_BARE = rf"""{_NAME}{_IS}
    (?!{_SCHEMES_OF_HTTP}\s{{1,4}}\[secret)(?:{_SCHEMES_OF_HTTP}\s{{1,4}})?{_MARK}(?P<private>[^\s"',;&<>\\]{{4,4000}})"""
# Names that are also ordinary words: only in front of what looks like a key.
_WEAK = rf"""
    (?:(?<![A-Za-z])|{ESCAPED})(?:token|key|subscription|sig(?:nature)?|code|x-amz-(?:signature|credential|security-token)|session(?:[-_]?id)?)
    {_IS}\\{{0,3}}["']?{_MARK}(?P<private>[A-Za-z0-9._~+/%=\-]{{12,4000}})"""
_COOKIE = rf"""(?:set-)?cookie{_IS}\\{{0,3}}["']?{_MARK}(?P<private>[^\n"'\\]{{4,4000}})"""
_SCHEME = (
    rf"(?:(?<![A-Za-z0-9])|{ESCAPED})(?:bearer|token|basic|api-?key)\s{{1,4}}"
    r"(?P<private>[A-Za-z0-9._~+/=\-]{12,4000})"
)
# The two protocols that a websocket offers where it cannot send a header: "token" and the key.
_PROTOCOLS = r"""(?<![A-Za-z0-9])(?:bearer|token)["']?,\s{0,4}["']?(?P<private>[A-Za-z0-9._\-]{20,4000})"""
_SAID = r"(?:password|passcode|passphrase|pin)\s{1,3}(?:is|was)\s{1,3}(?P<private>[^\s,;.\"']{4,100})"
_FLAG = rf"(?<![\w\-])--?[a-z\-]{{0,40}}{_NAME}\s{{1,4}}{_MARK}(?P<private>[^\s\-\[][^\s]{{3,4000}})"
_IN_URL = r"://(?P<user>[^\s/:@\[\]]{0,200}):(?P<private>[^\s/@\[\]]{1,400})@"
_ALONE_IN_URL = r"://(?P<private>[A-Za-z0-9_\-]{20,200})@"

_NO_VALUES = frozenset(
    (
        *("none", "null", "nil", "true", "false", "unset", "empty", "required", "missing", "invalid", "incorrect"),
        *("wrong", "expired", "revoked", "rejected", "denied", "failed", "accepted", "changed", "rotated", "unknown"),
        *("undefined", "redacted", "hidden", "string", "bytes"),
    )
)


def _is_value(text: str) -> bool:
    """Not a word that says of a password that there is none, and not already hidden."""
    return text.casefold().rstrip(".:!?)]}>") not in _NO_VALUES and bool(text.strip("*•.xX<>(){}[]"))


def _is_key(text: str) -> bool:
    """A machine made it: digits among letters, both cases, or the padding of base64. Not a word, a path, a number."""
    if text.endswith("="):
        return True
    has_digit = any(character.isdigit() for character in text)
    has_letter = any(character.isalpha() for character in text)
    mixed = text[1:] != text[1:].lower() and text != text.upper()
    return has_letter and (has_digit or mixed or len(text) >= 16) and not _is_ordinary(text)


_ORDINARY = (
    r"[A-Za-z]?[a-z]+(?:[._/\-][a-z]+)+(?:[._\-]?v?\d{1,4})?|[\d.:T+\-]+Z?|v?\d+(?:\.\d+){1,4}\w{0,4}"
    r"|[a-z]{1,14}\d{1,4}"
)


def _is_ordinary(text: str) -> bool:
    """A word or words with a small number behind them, a time, a version."""
    return len(text) < 32 and compiled(_ORDINARY).fullmatch(text) is not None


def _is_drawn(text: str) -> bool:
    """As _is_key, with digits: a name in a program may have both cases."""
    return any(character.isdigit() for character in text) and _is_key(text)


def _has_sign(text: str) -> bool:
    return any(not character.isalpha() for character in text)


_NAMES = ("key", "pass", "pwd", "secret", "auth", "token", "credential", "cookie", "sig", "code", "session", "subscr")
_SCHEMES = ("bearer", "basic", "token", "api", "pass", "pin")


def _has_name(text: str) -> bool:
    return (":" in text or "=" in text) and _has_any(_NAMES, text.lower())


def _has_scheme(text: str) -> bool:
    return " " in text and _has_any(_SCHEMES, text.lower())


def _has_flag(text: str) -> bool:
    return "-" in text and " -" in f" {text}" and _has_any(_NAMES, text.lower())


def _has_address(text: str) -> bool:
    return "://" in text and "@" in text


def _has_block(text: str) -> bool:
    return "-----BEGIN" in text


def _has_prefix(text: str) -> bool:
    return _LONG_WORD.search(text) is not None and _has_any(_PREFIXES, text)


def _has_any(signs: tuple[str, ...], text: str) -> bool:
    for sign in signs:  # noqa: SIM110 - any() with its generator takes three times as long
        if sign in text:
            return True
    return False


def _secret(*finds: Find) -> tuple[Rule, ...]:
    return tuple(Rule("secret", find) for find in finds)


_LOOSE = re.IGNORECASE | re.VERBOSE

RULES = (
    Rules(_has_block, _secret(_blocks)),
    Rules(_has_address, _secret(finder(_IN_URL), finder(_ALONE_IN_URL))),
    Rules(_has_prefix, _secret(finder(_PREFIXED, re.VERBOSE))),
    Rules(
        _has_name,
        _secret(
            finder(_COOKIE, _LOOSE, _is_value),
            finder(_QUOTED, _LOOSE, _is_value),
            finder(_BARE, _LOOSE, _is_value),
            finder(_WEAK, _LOOSE, _is_drawn),
        ),
    ),
    Rules(_has_flag, _secret(finder(_FLAG, _LOOSE, _is_value))),
    Rules(
        _has_scheme,
        _secret(
            finder(_SCHEME, re.IGNORECASE, _is_key),
            finder(_PROTOCOLS, re.IGNORECASE, _is_drawn),
            finder(_SAID, re.IGNORECASE, _has_sign),
        ),
    ),
)


def known(values: tuple[str, ...]) -> Rules:
    """Values that are secret whatever they look like."""
    return Rules(lambda text: _has_any(values, text), _secret(*map(_exactly, values)))


def _exactly(value: str) -> Find:
    def find(text: str) -> Iterator[Found]:
        at = text.find(value)
        while at >= 0:
            yield Found(at, at + len(value), value)
            at = text.find(value, at + len(value))

    return find
