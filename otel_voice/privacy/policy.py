"""What is done with each kind of private data: one frozen policy for every signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from otel_voice.privacy.allowed import AllowList

Kind = Literal["secret", "phone", "email", "card", "national_id"]
Action = Literal["mask", "hash", "drop"]

KINDS: tuple[Kind, ...] = get_args(Kind)
ACTIONS: tuple[Action, ...] = get_args(Action)

HASH_LENGTH = 10
"""Hexadecimal digits of a hash: 40 bits keep a hundred thousand callers apart."""


@dataclass(frozen=True)
class Policy:
    """What happens to what is found.

    - mask: `[phone]` stands in its place;
    - hash: `[phone:ab12cd34ef]`, the same for the same number, by HMAC-SHA256 with `key`, so that a caller can be
      followed without being known;
    - drop: nothing of the text that holds it is kept; `[dropped: phone]` stands for the whole of it.

    `national_ids` names those that are looked for, of `national.NAMES`. `known_secrets` are values that are secret
    whatever they look like. `key` is kept out of repr().
    """

    actions: Mapping[Kind, Action] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)
    allow: AllowList = field(default_factory=AllowList)
    national_ids: frozenset[str] = frozenset()
    known_secrets: tuple[str, ...] = field(default=(), repr=False)

    def action(self, kind: Kind) -> Action:
        """What is done with this kind; masked where nothing else was asked for."""
        return self.actions.get(kind, "mask")

    def hashed(self, kind: Kind, canonical: str) -> str:
        """What stands in the place of one that is hashed."""
        import hmac

        digest = hmac.new(self.key, f"{kind}:{canonical}".encode(errors="replace"), "sha256").hexdigest()
        return f"[{kind}:{digest[:HASH_LENGTH]}]"
