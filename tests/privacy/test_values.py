"""Attributes and bodies of any nesting, and what the name beside a value tells."""

from __future__ import annotations

from typing import Any

import pytest

from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import Redactor
from otel_voice.privacy.values import TOO_DEEP, Values


@pytest.fixture
def values() -> Values:
    return Values(Redactor(Policy(key=b"0123456789abcdef")))


def test_what_has_nothing_private_is_the_same_object(values: Values) -> None:
    """So that an export copies nothing it need not."""
    for value in ({"a": [1, 2.5, True, None, "b", {"c": b"d"}]}, ("x", "y"), "text", 7, b"\xff\x00"):
        assert values.value(value) is value


def test_a_name_that_was_seen_before_is_the_one_that_was_given(values: Values) -> None:
    """Equal is not the same: a copy of all attributes for each new text of a name would cost as if it were private."""
    first, second = ("".join(("call", ".", "id")) for _ in range(2))
    values.attributes({first: 1})
    given = {second: {first: 2}}
    assert values.attributes(given) is given


def test_every_level_and_every_name_is_looked_at(values: Values) -> None:
    """Maps, lists, tuples, bytes, and the keys of maps."""
    mail = "jane@example.com"
    assert values.attributes({"a": {"b": [mail, (mail,)]}, mail: 1, "c": mail.encode()}) == {
        "a": {"b": ("[email]", ("[email]",))},
        "[email]": 1,
        "c": "[email]",
    }


@pytest.mark.parametrize(
    "key",
    [
        *("password", "db.password", "api_key", "apiKey", "x-api-key", "http.request.header.authorization", "Cookie"),
        *("http.response.header.set-cookie", "accessToken", "refresh_token", "client_secret", "private-key", "dsn"),
    ],
)
def test_what_is_named_a_secret_is_one(key: str, values: Values) -> None:
    """Whatever it looks like; lists too."""
    assert values.attributes({key: "swordfish"}) == {key: "[secret]"}
    assert values.attributes({key: ["swordfish"]}) == {key: "[secret]"}


@pytest.mark.parametrize(
    "key", ["gen_ai.usage.input_tokens", "gen_ai.token.type", "max_tokens", "keyboard", "secretary", "token_count"]
)
def test_what_only_sounds_like_one_stays(key: str, values: Values) -> None:
    """Counts of tokens are what this is all about."""
    assert values.attributes({key: "12"}) == {key: "12"}


def test_a_number_under_the_name_of_a_telephone_is_one(values: Values) -> None:
    """Bare digits could be anything elsewhere."""
    assert values.attributes({"caller_number": "4155550123", "to.phone": 4155550123, "order": 4155550123}) == {
        "caller_number": "[phone]",
        "to.phone": "[phone]",
        "order": 4155550123,
    }


def test_an_id_stays_an_id(values: Values) -> None:
    """Two calls named by their numbers stay two, in every signal the same; a secret is masked all the same."""
    ids = [
        values.attributes({"voice.conversation.id": each})["voice.conversation.id"]
        for each in ("+14155550123", "+14155550124")
    ]
    assert len(set(ids)) == 2
    assert all(each.startswith("[phone:") for each in ids)
    assert values.attributes({"gen_ai.conversation.id": "+1 415 555 0123"})["gen_ai.conversation.id"] == ids[0]
    assert values.attributes({"user.id": "sk-proj-abcdefghij0123456789"}) == {"user.id": "[secret]"}


def test_a_card_may_come_as_a_number(values: Values) -> None:
    """Nanoseconds and other large numbers stay."""
    assert values.value(4111111111111111) == "[card]"
    assert values.value(1763722800123456789) == 1763722800123456789


def test_the_value_behind_a_flag_is_its_secret(values: Values) -> None:
    """process.command_args of the resource."""
    arguments = ["agent.py", "--api-key", "swordfish", "--port", "80"]
    assert values.value(arguments) == ("agent.py", "--api-key", "[secret]", "--port", "80")


def test_what_has_no_end_is_cut(values: Values) -> None:
    """A map that holds itself costs a bounded number of levels."""
    endless: dict[str, Any] = {"mail": "jane@example.com"}
    endless["again"] = endless
    told = str(values.attributes(endless))
    assert TOO_DEEP in told
    assert "jane" not in told


def test_names_and_values_are_not_piled_up(values: Values) -> None:
    """What is remembered is bounded, and is never what was private."""
    for number in range(20_000):
        values.attributes({f"name {number}": f"value {number}", f"jane{number}@example.com": "x"})
    assert len(values._names) <= 4096
    assert len(values.redactor._clean) <= 8192
    assert not any("@" in text for text in (*values._names, *values.redactor._clean))
