"""What holds for any text: no exception, no change at the second time, no secret left, no time out of proportion."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from otel_voice.privacy.national import NAMES
from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import Redactor
from otel_voice.privacy.values import Values
from tests.privacy.planted.classes import CLASSES, places_left, planted

REDACTOR = Redactor(
    Policy(
        key=b"0123456789abcdef",
        national_ids=frozenset(NAMES),
        known_secrets=(planted("a key of the environment", 0).text,),
    )
)
DROPPING = Redactor(Policy(actions=dict.fromkeys(("secret", "phone", "email", "card"), "drop")))
HASHING = Redactor(Policy(actions=dict.fromkeys(("secret", "phone", "email", "card"), "hash"), key=b"0123456789abcdef"))

# Text with much of what the patterns are about, so that they are met.
PIECES = st.sampled_from(
    [
        *(
            "+",
            "00",
            "1",
            "415",
            " ",
            "-",
            ".",
            "(",
            ")",
            "@",
            "%40",
            "://",
            ":",
            "=",
            '"',
            "'",
            "\\",
            "[",
            "]",
            "/",
            "\n",
        ),
        *(
            "password",
            "Bearer ",
            "token",
            "key",
            "sk-",
            "eyJ",
            "phone",
            "call me at ",
            "a",
            "Z",
            "é",
            "\uff14",
            "\u0663",
            "\ud800",
        ),
        *("4111", "1111", "2026-11-21", "10:00", "example.com", "[secret]", "[phone:0123456789]", "cookie", "--", "{}"),
    ]
)
ANYTHING = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))
# Around a secret: anything that does not make another text of it.
AROUND = ANYTHING.map(lambda text: text.replace("\\", ""))


@pytest.mark.parametrize("redactor", [REDACTOR, HASHING, DROPPING], ids=["masking", "hashing", "dropping"])
@given(text=ANYTHING)
def test_any_text_is_redacted_and_the_second_time_changes_nothing(redactor: Redactor, text: str) -> None:
    """Text passes our own redaction, the border's, and the Collector's."""
    once = redactor.text(text)
    assert redactor.text(once) == once
    assert redactor.unchecked == 0


@pytest.mark.parametrize("kind", CLASSES)
@given(before=AROUND, after=AROUND)
def test_a_secret_does_not_survive_its_surroundings(kind: str, before: str, after: str) -> None:
    """Whatever stands around it, parted by a space."""
    assume(not _is_left(kind, f"{before} {after}"))
    assert not _is_left(kind, REDACTOR.text(f"{before} {planted(kind, 0).text} {after}"))


def _is_left(kind: str, text: str) -> bool:
    return bool(places_left(kind, text.encode(errors="replace")))


LEAVES = st.one_of(ANYTHING, st.integers(), st.floats(), st.booleans(), st.none(), st.binary(max_size=50))
NAMES_OF_ALL_KINDS = st.one_of(ANYTHING, st.sampled_from(["password", "caller_phone", "session_id", "api-key", "a.b"]))
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(NAMES_OF_ALL_KINDS, inner, max_size=4), st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("redactor", [REDACTOR, HASHING, DROPPING], ids=["masking", "hashing", "dropping"])
@given(attributes=st.dictionaries(NAMES_OF_ALL_KINDS, NESTED, max_size=6))
def test_any_attributes_are_redacted_and_the_second_time_changes_nothing(
    redactor: Redactor, attributes: dict[str, Any]
) -> None:
    """Of any nesting: what is clean is handed on as the same object, so that it costs one look only."""
    once = Values(redactor).attributes(attributes)
    assert Values(redactor).attributes(once) is once
    assert redactor.unchecked == 0


@pytest.mark.parametrize("kind", CLASSES)
@given(surroundings=NESTED, key=st.booleans(), depth=st.integers(0, 12))
def test_a_secret_does_not_survive_in_any_nesting(kind: str, surroundings: Any, key: bool, depth: int) -> None:
    """As a value or as a name, beside anything, however deep."""
    it = planted(kind, 0)
    assume(not _is_left(kind, repr(surroundings)))
    value: Any = {it.text: surroundings} if key else {it.key: it.given, "beside": surroundings}
    for _ in range(depth):
        value = [value, surroundings] if depth % 2 else {"inner": value}
    assert not _is_left(kind, repr(Values(REDACTOR).attributes({"value": value})))


@settings(max_examples=25)
@given(unit=st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_no_mixture_takes_time_out_of_proportion(unit: str) -> None:
    """Four times as much of any hostile text takes about four times as long, and nowhere near sixteen times.

    Both are longer than the longest secret, behind which the rest of a text costs again.
    """

    def cost(length: int) -> float:
        text = (unit * length)[:length]
        started = time.thread_time()
        REDACTOR._without_private(text)
        return time.thread_time() - started

    short, long = (min(cost(length) for _ in range(4)) for length in (16_000, 64_000))
    assert long < short * 11 + 0.003


HOSTILE = [
    *("-eyJ", "-eyJabcdefgh", "-----", "--a"),
    *(
        "1 ",
        "1-",
        "a.",
        "a@",
        "@",
        "-eyJ",
        "-eyJabcdefgh",
        "-----",
        "--a",
        "api_key",
        "api_key=",
        "password: '",
        "eyJ",
        "eyJa.",
        "+1-",
        "(0",
        "00 1",
        "4111 ",
    ),
    *("://a:", "://a", "-----BEGIN PRIVATE KEY-----", "sk-", "bearer ", "phone: ", "call me at 1", "--key ", "cookie:"),
    *("2026-11-21 04:10:33 ", "0 1 ", '\\"key\\": ', "a" * 64 + "@", "%40", "x=", " ", "é", "1.", "9", "_"),
    *("token, ", "bearer,", "AQ.", "AQ.a", "ABSK", "subscription=", "ek_", "token,'"),
]


@pytest.mark.parametrize("repeated", HOSTILE)
def test_time_grows_with_the_length(repeated: str) -> None:
    """Eight times the text takes about eight times as long, and nowhere near sixty-four times."""

    def cost(length: int) -> float:
        text = (repeated * length)[:length]
        started = time.thread_time()
        REDACTOR._without_private(text)
        return time.thread_time() - started

    short, long = (min(cost(length) for _ in range(3)) for length in (4_000, 32_000))
    assert long < short * 24 + 0.002
