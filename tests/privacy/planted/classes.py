"""Every class of what must not leave, with a secret of its own for each place, so that a leak names both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from otel_voice.privacy.cards import luhn


@dataclass(frozen=True)
class Planted:
    """One secret: `text` is how it is said in a sentence, `key` and `value` are how it is given under a name."""

    text: str
    key: str = "kept"
    value: str = ""

    @property
    def given(self) -> str:
        """What stands under `key`."""
        return self.value or self.text


@dataclass(frozen=True)
class Class:
    """`make` makes the secret of a number of four digits; `left` finds what is left of it, its number in groups."""

    make: Callable[[int], Planted]
    left: str

    def found(self, raw: bytes) -> Iterator[int]:
        """The numbers of those of which something is left."""
        for match in re.finditer(self.left.encode(), raw):
            yield int(b"".join(match.groups()))


def _card(n: int) -> Planted:
    digits = f"41111111111{n:04d}"
    digits += next(check for check in "0123456789" if luhn(digits + check))
    return Planted(" ".join(digits[at : at + 4] for at in range(0, 16, 4)))


def _ahv(n: int) -> Planted:
    digits = f"7569217{n:04d}8"
    weighted = sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(digits))
    return Planted(f"756.9217.{n:04d}.8{-weighted % 10}")


def _written(text: str, key: str = "kept", value: str = "") -> Callable[[int], Planted]:
    """The number stands where `#` does."""

    def make(n: int) -> Planted:
        return Planted(text.replace("#", str(n)), key, value.replace("#", str(n)))

    return make


def _found(around: str) -> str:
    return re.escape(around).replace(r"\#", r"(\d{4})")


def _class(text: str, left: str, key: str = "kept", value: str = "") -> Class:
    return Class(_written(text, key, value), _found(left))


_BUS = "Endpoint=sb://bus.example/;SharedAccessKeyName=root;SharedAccessKey="
_BLOCK = "-----BEGIN PRIVATE KEY-----\nMIIE#IBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----"

CLASSES: dict[str, Class] = {
    "an OpenAI key": _class("sk-proj-Ab#cdefGHIJ0123456789KLMN", "Ab#cdef"),
    "an Anthropic key": _class("sk-ant-api03-Qr#stuvWXYZ0123456789-_AA", "Qr#stuv"),
    "an ElevenLabs key": _class("sk_0a1b#3d4e5f60718293a4b5c6d7e8f9a0b1c2d3", "0a1b#3d"),
    "a Google key": _class("AIzaSyB#567890abcdefghijklmnopqrst", "SyB#5678"),
    "an AWS key": _class("AKIAQZ#XMEXAMPLES", "QZ#XMEX"),
    "a bearer token": _class("Authorization: Bearer qrs#def0123456789abcd", "qrs#def"),
    "Deepgram's token": _class("Token 9e#b23456789abcdef0123456789abcdef0123", "9e#b234"),
    "a JSON web token": _class("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.doz#gNryP4J3jVmN", "doz#gNry"),
    "a password": _class('{"password": "correct horse# battery"}', "horse#"),
    "a password by its name": _class("password=plain#word", "plain#word", "db.password", "plain#word"),
    "a cookie": _class("Cookie: session=crumb#crumb", "crumb#"),
    "a connection string": _class("postgres://agent:hunter#@db:5432/calls", "hunter#"),
    "a connection string of Azure": _class(f"{_BUS}aZ#by0123456789abcdefg=", "aZ#by"),
    "a private key": _class(_BLOCK, "MIIE#"),
    "a key of the environment": _class("0badc0ffee#0badc0ffee42", "ee#0bad"),
    "a phone number": _class("+49 170 55#", "170 55#"),
    "a phone number of a country": _class("(415) 555-#", ") 555-#"),
    "a phone number by its name": _class("phone: 415553#", "415553#", "caller_phone", "415553#"),
    "an e-mail address": _class("jane.doe#@example.co.uk", "doe#"),
    "a card": Class(_card, r"1111 111(\d) (\d{3})\d"),
    "a national id": Class(_ahv, r"9217\.(\d{4})"),
    "a social security number": _class("219-09-#", "219-09-#"),
}

_FIRST = 1000


def planted(kind: str, place: int) -> Planted:
    """The secret of this class for the place of this number."""
    return CLASSES[kind].make(_FIRST + place)


def places_left(kind: str, raw: bytes) -> set[int]:
    """The numbers of the places whose secret of this class is found."""
    return {number - _FIRST for number in CLASSES[kind].found(raw)}
