"""What the name of an attribute tells of its value: of a secret, of a telephone number, of an id."""

from __future__ import annotations

import re
from typing import Literal

from otel_voice.privacy.finding import compiled

Told = Literal["secret", "phone", "id", "nothing"]

_LONGEST = 128
_HUMPS = r"(?<=[a-z0-9])(?=[A-Z])"

_SECRET = r"""(?:^|[._\-\s/])
    (?:password|passwd|pwd|passphrase|passcode|secret|token|authorization|cookies?|credentials?|bearer|dsn
    |(?:api|secret|private|access|subscription|account|signing|encryption)[_\-.\s]?key|apikey|access[_\-]?key[_\-]?id
    |xi-api-key|gladia-key|ssn|card[_\-]?number|cvv|cvc|connection[_\-]?string|client[_\-]?secret)$"""
_PHONE = r"""(?:^|[._\-\s/])
    (?:(?:tele)?phone|mobile|cell(?:phone)?|msisdn|ani|dnis|fax|whatsapp
    |(?:phone|mobile|caller|callee|calling|called|from|to|contact|callback|customer|user|dialed|dialled)[_\-.\s]?
      (?:number|no|num|phone))$"""


_ID = r"""(?:^|[._\-])
    (?:conversation|session|user|enduser|customer|caller|contact|call|correlation|thread|room|participant)[._\-]?id$"""


def told_by(key: str) -> Told:
    """Whether nothing under this name may leave, digits under it are a number to call, or it holds an id."""
    plain = compiled(_HUMPS).sub("_", key[-_LONGEST:]).lower()
    for pattern, told in _PATTERNS:
        if compiled(pattern, re.VERBOSE).search(plain) is not None:
            return told
    return "nothing"


_PATTERNS: tuple[tuple[str, Told], ...] = ((_SECRET, "secret"), (_PHONE, "phone"), (_ID, "id"))
