"""Writes tests/privacy/corpus.tsv: private data as others write it, and what only looks like it.

Telephone numbers are the examples of Google's libphonenumber, one or two for each country in each of its formats;
cards, addresses, ids and most look-alikes are Faker's. None of them was made with our patterns in mind, and the file is
written once and kept, so that numbers are comparable. Keys are not in it, since a scanner of repositories would take
them for real: tests/privacy/drawn.py draws them anew each time.

    pip install phonenumbers faker
    python tools/privacy_corpus.py
"""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
from faker import Faker
from phonenumbers import PhoneNumberFormat, PhoneNumberType

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "privacy" / "corpus.tsv"

Row = tuple[str, str, str, str]
"""Kind (`none` for a look-alike), group, what is private, the text that it stands in."""

PLAIN = ("{}", "it was {} again", "from {} to the agent", "ref={}", '{{"value": "{}"}}', "it is {}, thanks.", "({})")
NAMED = (
    "phone: {}",
    "call me at {}",
    "my number is {}",
    '{{"phone_number": "{}"}}',
    "tel. {}",
    "dialing {} now",
    "caller={}",
)

random.seed(20261121)
LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "it_IT", "nl_NL", "pl_PL", "ja_JP", "tr_TR", "cs_CZ")
FAKERS = {locale: Faker(locale) for locale in (*LOCALES, "de_CH")}
for fake in FAKERS.values():
    fake.seed_instance(20261121)


def _within(kind: str, group: str, private: str, templates: tuple[str, ...] = PLAIN) -> Row:
    return kind, group, private, random.choice(templates).format(private)


def _phones() -> Iterator[Row]:
    kinds = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for number in filter(None, (phonenumbers.example_number_for_type(region, kind) for kind in kinds)):
            for group, form in (
                ("international", PhoneNumberFormat.INTERNATIONAL),
                ("E.164", PhoneNumberFormat.E164),
                ("RFC 3966", PhoneNumberFormat.RFC3966),
            ):
                yield _within("phone", group, phonenumbers.format_number(number, form).removeprefix("tel:"))
            national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
            yield _within("phone", "national, named", national, NAMED)
            yield _within("phone", "national, alone", national)
    for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "it_IT", "nl_NL", "pl_PL", "ja_JP"):
        for _ in range(25):
            yield _within("phone", "as people write them", FAKERS[locale].phone_number())


def _emails() -> Iterator[Row]:
    for locale in LOCALES:
        for _ in range(30):
            yield _within("email", "plain", FAKERS[locale].email())
    for _ in range(40):
        name, domain = FAKERS["en_US"].user_name(), FAKERS["en_US"].domain_name()
        yield _within("email", "tagged", f"{name}+{random.randint(1, 99)}.a@{domain}")
        yield _within("email", "in a URL", f"{name}%40{domain}", ("https://x.example/u?mail={}&p=1", "mailto:{}"))
    yield _within("email", "international", "jürgen@bücher.example")
    yield _within("email", "international", "用户@例子.公司")


def _cards() -> Iterator[Row]:
    fake = FAKERS["en_US"]
    for issuer in ("visa16", "mastercard", "amex", "discover", "diners", "jcb16"):
        for _ in range(60):
            digits = fake.credit_card_number(issuer)
            yield _within("card", "without gaps", digits)
            sizes = (4, 6, 5) if len(digits) == 15 else (4, 6, 4) if len(digits) == 14 else (4, 4, 4, 4)
            yield _within("card", "in groups", _grouped(digits, sizes, random.choice(" -")))
    for _ in range(40):
        yield _within("card", "one by one", " ".join(fake.credit_card_number("visa16")))


def _grouped(digits: str, sizes: tuple[int, ...], gap: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(digits[at : at + size])
        at += size
    return gap.join(pieces)


def _national_ids() -> Iterator[Row]:
    for _ in range(80):
        yield _within("national_id", "br_cpf", FAKERS["pt_BR"].cpf())
        yield _within("national_id", "es_dni", FAKERS["es_ES"].nif())
        yield _within("national_id", "us_ssn", FAKERS["en_US"].ssn())
        # Faker's begin with ZZ, which is never given out.
        letters = random.choice(("AB", "CE", "HJ", "JK", "LP", "NR", "PW", "SX", "TY", "YZ"))
        yield _within("national_id", "uk_nino", letters + FAKERS["en_GB"].ssn()[2:-1] + random.choice("ABCD"))
        yield _within("national_id", "ch_ahv", FAKERS["de_CH"].ssn())


WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def _drawn(alphabet: str, length: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(length))


def _look_alikes() -> Iterator[Row]:
    for _ in range(40):
        for group, text in _alike():
            yield _within("none", group, text)
    for text in SENTENCES:
        yield "none", "sentences", "", text


def _alike() -> Iterator[tuple[str, str]]:
    fake = FAKERS["en_US"]
    when = fake.date_time_between("-3y")
    seconds = when.timestamp()
    yield "time", when.isoformat() + random.choice(("", "Z", "+00:00", ".123456+02:00"))
    for formats in (
        ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %H:%M:%S"),
        ("%Y%m%d%H%M%S", "%Y%m%d", "%H:%M:%S.%f", "%d-%m-%Y", "%b %d %H:%M:%S"),
    ):
        yield "time", when.strftime(random.choice(formats))
    yield "unix time", str(int(seconds * random.choice((1, 1e3, 1e6, 1e9))))
    yield "duration", f"{random.random() * 100:.{random.randint(3, 15)}f} s"
    yield "uuid", str(uuid.UUID(int=random.getrandbits(128)))
    yield "hash", _drawn(HEX, random.choice((32, 40, 64)))
    yield "trace", f"00-{_drawn(HEX, 32)}-{_drawn(HEX, 16)}-01"
    port = random.randint(1024, 65535)
    yield "address", random.choice((fake.ipv4(), fake.ipv6(), f"{fake.ipv4()}:{port}", fake.mac_address()))
    yield "call id", random.choice("CM") + "A" + _drawn(HEX, 32)
    order = random.choice(("ORD-{:08d}", "#{:07d}", "INV-2026-{:05d}", "order {:06d}", "{:03d}-{:07d}-{:07d}"))
    yield "order", order.format(*(random.randint(0, 999), *(random.randint(0, 9999999) for _ in range(2))))
    yield "number", str(random.randint(1000, 10**9))
    yield "number", f"{random.randint(1000, 10**9):,}"
    yield "price", f"{random.choice(('$', 'EUR ', 'CHF '))}{random.random() * 10000:,.2f}"
    yield "coordinates", f"{fake.latitude()}, {fake.longitude()}"
    yield "version", ".".join(str(random.randint(0, 99)) for _ in range(random.randint(2, 4)))
    yield "isbn", random.choice((fake.isbn13(), fake.isbn10()))
    yield "barcode", fake.ean13()
    yield "model", random.choice(MODELS)
    yield "file", fake.file_path(depth=3)
    yield "url", fake.uri()
    yield "size", f"{random.randint(1, 10**9)} bytes in {random.randint(1, 9999)} ms"
    yield "range", f"{random.randint(100, 999)}-{random.randint(1000, 9999)}"
    yield "request", random.choice(("req_", "chatcmpl-", "resp_", "evt_")) + _drawn(WORD, 24)
    yield "postcode", random.choice((fake.postcode(), FAKERS["en_GB"].postcode(), FAKERS["de_DE"].postcode()))
    yield "pointer", f"0x{random.getrandbits(48):012x}"
    yield "handle", f"@{fake.user_name()}"
    yield (
        "counts",
        f"tokens: {random.randint(1, 9999)}, max_tokens={random.randint(1, 9999)}, key={random.randint(1, 99)}",
    )


MODELS = (
    *("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "claude-sonnet-4-20250514", "claude-3-5-haiku-20241022"),
    *("nova-3", "eleven_flash_v2_5", "eleven_multilingual_v2", "sonic-2-2025-03-07", "gemini-2.5-flash-preview-04-17"),
    *("whisper-large-v3-turbo", "gpt-4o-realtime-preview-2025-06-03", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"),
)
SENTENCES = (
    *(
        "the password is required",
        "password must be changed",
        "invalid password",
        "api_key is missing",
        "token expired",
    ),
    *("basic understanding of the matter", "Bearer authentication failed", "a token of appreciation", "secret: none"),
    *("Set OPENAI_API_KEY in the environment", "the key to success: persistence", "authorization required: true"),
    *("git@github.com is where it lives", "icon@2x.png", "meet @noon at the desk", "python@3.11", "root@localhost"),
    *("POST /v1/audio/speech 200 in 1.234 s", "pip install opentelemetry-sdk==1.45.1", "room 101, floor 12, desk 4"),
    *("Thursday at 3 p.m., order 12345", "he scored 100 200 times", "from 2024-01-01 to 2024-12-31", "1 2 3 4 5 6"),
    *("input_tokens=1234 output_tokens=567", "conversation 1234567 has 12 turns", "session key rotated", "sig: 9"),
    *("call 1234567 ended after 120 seconds", "the caller waited 30 seconds", "text me tomorrow at 10:30", "code: 404"),
    *("https://example.com/a/b?page=2&size=100", "http://localhost:4318/v1/traces", "postgres://db:5432/calls"),
    *("sample rate 16000, 24000 or 48000 Hz", "chunk 3200 of 6400 bytes, 0.1 s", "exit status 137", "HTTP/1.1 200 OK"),
    *('File "/app/agent.py", line 1234, in handle', "<object at 0x7f8a12345678>", "Thread-12345678 (worker)"),
    *(
        "error code: rate_limit_exceeded",
        "max retries exceeded with url: /v1/listen",
        "token: [EOS]",
        "pin is required",
    ),
)


def _clean(text: str) -> str:
    return text.replace("\t", " ").replace("\n", "\\n")


def main() -> None:
    """Write the corpus."""
    rows: list[Any] = [*_phones(), *_emails(), *_cards(), *_national_ids(), *_look_alikes()]
    lines = sorted({"\t".join(map(_clean, row)) for row in rows})
    CORPUS.write_text("kind\tgroup\tprivate\ttext\n" + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {len(lines)} rows to {CORPUS.name}")  # noqa: T201


if __name__ == "__main__":
    main()
