"""What a policy does with what is found: mask, hash, drop, allow."""

from __future__ import annotations

import pytest

from otel_voice.privacy import process
from otel_voice.privacy.allowed import AllowList
from otel_voice.privacy.national import NAMES
from otel_voice.privacy.policy import ACTIONS, KINDS, Kind, Policy
from otel_voice.privacy.redactor import LONGEST, UNCHECKED, Redactor
from otel_voice.settings import parsing

KEY = b"0123456789abcdef"
ONE_OF_EACH: dict[Kind, str] = {
    "secret": "sk-proj-abcdefghij0123456789ABCDEF",
    "phone": "+41 44 668 18 00",
    "email": "jane.doe@example.com",
    "card": "4111 1111 1111 1111",
    "national_id": "756.9217.0769.85",
}


def redactor(**policy: object) -> Redactor:
    return Redactor(Policy(key=KEY, national_ids=frozenset(NAMES), **policy))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_masked_it_says_what_stood_there(kind: Kind) -> None:
    """The kind, and nothing of the value."""
    assert redactor().text(f"it is {ONE_OF_EACH[kind]}, yes") == f"it is [{kind}], yes"


@pytest.mark.parametrize("kind", ONE_OF_EACH)
@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r\\n"])
def test_the_escape_of_a_new_line_hides_nothing(kind: Kind, escape: str) -> None:
    """Messages are JSON, where a letter stands right in front of what began a line."""
    assert f"[{kind}]" in redactor().text(f'{{"content": "mine:{escape}{ONE_OF_EACH[kind]}"}}')


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_hashed_it_can_be_followed(kind: Kind) -> None:
    """The same value has the same hash, with this key only; ten hexadecimal digits."""
    hashing = redactor(actions={kind: "hash"})
    told = hashing.text(ONE_OF_EACH[kind])
    assert told == hashing.text(ONE_OF_EACH[kind])
    assert told.startswith(f"[{kind}:")
    assert len(told) == len(f"[{kind}:]") + 10
    other = Redactor(Policy(actions={kind: "hash"}, key=b"another key of 16", national_ids=frozenset(NAMES)))
    assert told != other.text(ONE_OF_EACH[kind])


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_dropped_nothing_of_the_text_is_kept(kind: Kind) -> None:
    """What stood around it goes as well."""
    assert redactor(actions={kind: "drop"}).text(f"Jane's is {ONE_OF_EACH[kind]}") == f"[dropped: {kind}]"


def test_a_number_has_one_hash_however_it_is_written() -> None:
    """A caller is followed from the carrier's notation to that of a form."""
    hashing = redactor(actions={"phone": "hash"})
    written = ("+14155550123", "+1 (415) 555-0123", "(415) 555-0123", "415.555.0123", "001 415 555 0123", "14155550123")
    assert len({hashing.text(each) for each in written}) == 1
    assert hashing.text("sip:+14155550123@host.example").startswith(f"sip:{hashing.text(written[0])}")


def test_without_a_key_hashes_hold_for_the_process() -> None:
    """Nobody can compute them from outside, as they could with a key that is in the source."""
    first, second = (Redactor(Policy(actions={"phone": "hash"})) for _ in range(2))
    assert first.text("+41446681800") == first.text("+41 44 668 18 00") != second.text("+41446681800")


def test_what_is_allowed_stays() -> None:
    """Exact values, in any notation, and patterns with one `*`; nothing else."""
    allowing = redactor(allow=AllowList.of(["41446681800", "*@example.com", "+1800*"]))
    assert allowing.text("+41 44 668 18 00") == "+41 44 668 18 00"
    assert allowing.text("Jane.Doe@Example.com") == "Jane.Doe@Example.com"
    assert allowing.text("jane@example.com.evil.net") == "[email]"
    assert allowing.text("+18005550199 or +19005550199") == "+18005550199 or [phone]"


@pytest.mark.parametrize("entry", ["*", "a*", "*@*", "a*b*c"])
def test_a_pattern_that_allows_too_much_is_refused(entry: str) -> None:
    """One star, and something beside it."""
    with pytest.raises(ValueError, match=r"\*"):
        AllowList.of([entry])


def test_no_half_of_a_card_is_left_behind_a_number_that_begins_like_one() -> None:
    """The number before and half of the card are one card to the sum of Luhn; both readings go."""
    assert Redactor(Policy()).text("41111111445 4111 1111 1111 1111") == "[card]"


def test_national_ids_are_looked_for_only_where_asked() -> None:
    """A number of eleven digits is anything, elsewhere."""
    assert Redactor(Policy()).text("111.444.777-35") == "111.444.777-35"
    assert redactor().text("111.444.777-35") == "[national_id]"
    assert redactor().text("111.444.777-36") == "111.444.777-36"


def test_a_value_that_is_known_to_be_secret_never_leaves() -> None:
    """The keys of the environment, whatever they look like."""
    assert Redactor(Policy(known_secrets=("just words of mine",))).text("so: just words of mine!") == "so: [secret]!"


def test_a_long_text_is_cut_and_half_a_secret_is_none() -> None:
    """Wherever the cut falls, nothing of the secret is left at the edge."""
    secret = "4111 1111 1111 1111"
    for shift in range(len(secret) + 1):
        text = "a" * (LONGEST - shift - 1) + " " + secret + " " + "b" * 100_000
        kept = redactor().text(text)
        assert len(kept) <= LONGEST
        assert kept.rstrip("…").strip("a").strip() in ("", "[card]")


def test_what_cannot_be_checked_is_left_out_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Our own failure costs a text, never privacy, and the message quotes nothing."""
    failing = redactor()

    def fail(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.setattr(failing, "_without_private", fail)
    assert [failing.text("my own words"), failing.text("others")] == [UNCHECKED, UNCHECKED]
    [told] = caplog.messages
    assert "RuntimeError" in told
    assert "words" not in told
    assert failing.unchecked == 2


def test_the_policy_of_the_process_can_be_changed() -> None:
    """What is said from then on follows it."""
    try:
        process.use(Policy(actions={"email": "drop"}))
        assert process.redact("to jane@example.com") == "[dropped: email]"
    finally:
        process.use(Policy())
    assert process.redact("to jane@example.com") == "to [email]"


def test_a_key_is_in_no_repr() -> None:
    """Neither of the policy nor of the settings."""
    policy = Policy(key=b"never to be shown", known_secrets=("nor this one",))
    assert "shown" not in repr(policy)
    assert "nor this" not in repr(policy)


def test_the_settings_know_the_same_names() -> None:
    """They may import nothing; so the lists are written twice, and compared here."""
    assert (parsing.KINDS, parsing.ACTIONS, parsing.NATIONAL_IDS) == (KINDS, ACTIONS, NAMES)
