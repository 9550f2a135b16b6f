"""What holds for any text: no exception, no change at the second time, no secret left, no time out of proportion."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from otel_voice.privacy.national import NAMES
from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import Redactor
from tests.privacy.planted.classes import CLASSES, places_left, planted

REDACTOR = Redactor(
    Policy(
        key=b"0123456789abcdef",
        national_ids=frozenset(NAMES),
        known_secrets=(planted("a key of the environment", 0).text,),
    )
)
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


@pytest.mark.parametrize("redactor", [REDACTOR, HASHING], ids=["masking", "hashing"])
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
