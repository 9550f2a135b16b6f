"""A policy at work on texts."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from functools import cached_property

from otel_voice.privacy import cards, email, national, phones, secrets, unchecked
from otel_voice.privacy.finding import Rule, Rules, compiled
from otel_voice.privacy.policy import Action, Kind, Policy

LONGEST = 65536
"""Characters of one text that are read and kept; what stands behind them is cut off."""
_EDGE = 512
"""Characters in front of the cut that go too: a secret that was cut in two may not be known by its first half."""

UNCHECKED = "[unchecked]"

_log = logging.getLogger(__name__)

_OF_PEOPLE: tuple[Kind, ...] = ("phone", "email", "card", "national_id")
_MARK = r"\[(?:secret|phone|email|card|national_id):[0-9a-f]{10}\]"
_LONGEST_MARK = 32
_WHOLE_MARK = r"\[(?:dropped: )?(?:secret|phone|email|card|national_id)(?::[0-9a-f]{10})?\]"
_SHORT = 256
_MANY = 8192


class _Dropped(Exception):  # noqa: N818 - it is what was asked for
    """The whole text goes."""


class Redactor:
    """Takes out of texts what its policy says. It holds no private text, and may be used from many threads."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy if policy.key else replace(policy, key=os.urandom(32))
        self._rules: tuple[Rules, ...] = (
            *((secrets.known(policy.known_secrets),) if policy.known_secrets else ()),
            # Before what is taken for a password by its name, which may be the first digits of a card only.
            *cards.RULES,
            *secrets.RULES,
            *national.rules(policy.national_ids),
            *email.RULES,
            *phones.RULES,
        )
        # Attribute values repeat. Only what was found clean is remembered, never what was private.
        self._clean: set[str] = set()
        self.unchecked = 0
        """Texts that could not be looked through; UNCHECKED stands for each."""

    def text(self, text: str) -> str:
        """The text without what is private, at most LONGEST characters. The same again for its own result."""
        if text in self._clean:
            return text
        if len(text) > LONGEST:
            return self._cut(text)
        redacted = self._checked(text)
        if redacted is text and len(text) <= _SHORT:
            self._remember(text)
        return redacted

    @cached_property
    def of_ids(self) -> Redactor:
        """The same policy for ids: what would be masked is hashed, since an id has to stay one, and two callers two."""
        actions: dict[Kind, Action] = {kind: "hash" for kind in _OF_PEOPLE if self.policy.action(kind) == "mask"}
        return Redactor(replace(self.policy, actions={**self.policy.actions, **actions}))

    def whole(self, kind: Kind, written: str, canonical: str) -> str:
        """What stands in the place of a value that is private as a whole."""
        try:
            return self._in_place_of(kind, written, canonical)
        except _Dropped as dropped:
            return str(dropped)

    def _remember(self, text: str) -> None:
        if len(self._clean) >= _MANY:
            self._clean.clear()
        self._clean.add(text)

    def _cut(self, text: str) -> str:
        checked = self._checked(text[:LONGEST])
        return f"{checked[:-_EDGE]}…" if len(checked) > _EDGE else checked

    def _checked(self, text: str) -> str:
        try:
            return self._without_private(text)
        except _Dropped as dropped:
            # What was dropped before is the same object: it has nothing private in it any more.
            return text if text == str(dropped) else str(dropped)
        except Exception as error:  # noqa: BLE001 - what could not be looked through must not leave
            self._tell(error)
            return UNCHECKED

    def _without_private(self, text: str) -> str:
        for rules in self._rules:
            if rules.may_find(text):
                for rule in rules.rules:
                    text = self._apply(rule, text)
        return text

    def _tell(self, error: Exception) -> None:
        """Once: the type only, since the message may quote the text."""
        self.unchecked += 1
        unchecked.tell("text", error)
        if self.unchecked == 1:
            _log.warning("otel_voice: a text could not be redacted and was left out: %s", type(error).__name__)

    def _apply(self, rule: Rule, text: str) -> str:
        pieces: list[str] = []
        end = 0
        for found in rule.find(text):
            if _is_told(text, found.start):
                continue
            stands = self._in_place_of(rule.kind, text[found.start : found.end], found.canonical)
            pieces += (text[end : found.start], stands)
            end = found.end
        return "".join((*pieces, text[end:])) if pieces else text

    def _in_place_of(self, kind: Kind, written: str, canonical: str) -> str:
        if self.policy.allow.holds(written, canonical):
            return written
        action = self.policy.action(kind)
        if action == "drop":
            raise _Dropped(f"[dropped: {kind}]")
        return self.policy.hashed(kind, canonical) if action == "hash" else f"[{kind}]"


def stands_for(value: object) -> bool:
    """Whether the whole of it stands for something that was taken out: it is not hashed once more."""
    return isinstance(value, str) and value.startswith("[") and compiled(_WHOLE_MARK).fullmatch(value) is not None


def _is_told(text: str, at: int) -> bool:
    """Whether this place is in what stands for something already: `[secret:ab12cd34ef]` names no secret."""
    begin = text.rfind("[", max(0, at - _LONGEST_MARK), at)
    mark = compiled(_MARK).match(text, begin) if begin >= 0 else None
    return mark is not None and at < mark.end()
