"""The words that every view uses: lengths of time, what is worth saying of an operation, totals."""

from __future__ import annotations

import statistics
import time
import unicodedata
from typing import Final

from otel_voice.local.records import Conversation, Kind, Operation, Turn

# Slower than the first is noticed by a caller, slower than the second is taken for a dead line.
NOTICED_S: Final = 1.0
TOO_SLOW_S: Final = 2.0
# Shorter parts of a latency are not worth a place on the line.
SHOWN_S: Final = 0.0005


def seconds(value: float) -> str:
    """A length of time as a person says it: 812 ms, 3.40 s, 2 min 05 s."""
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.995:
        return f"{value:.2f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def clock(time_ns: int) -> str:
    """The local time of day, to the millisecond."""
    try:
        day = time.strftime("%H:%M:%S", time.localtime(time_ns // 1_000_000_000))
    except (OverflowError, ValueError, OSError):
        return "??:??:??"
    return f"{day}.{time_ns // 1_000_000 % 1000:03d}"


def date(time_ns: int) -> str:
    """The local date and time of day."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time_ns // 1_000_000_000))
    except (OverflowError, ValueError, OSError):
        return "unknown time"


def clean(text: str) -> str:
    """One line without control characters: what a program logs must not be able to steer the terminal."""
    spaced = ("" if _is_invisible(letter) else letter for letter in " ".join(text.split()))
    return "".join(spaced)


def counted(number: int, noun: str) -> str:
    """`1 turn`, `2 turns`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def turn_name(turn: Turn) -> str:
    """`turn 3`, or the start of its id when it has no number."""
    return f"turn {turn.index}" if turn.index is not None else f"turn {clean(turn.id)[:8]}"


def marks(operation: Operation) -> list[str]:
    """What is worth knowing beside an operation's bar, except errors and interruption."""
    found = []
    if operation.first_s is not None:
        found.append(f"first {seconds(operation.first_s)}")
    if operation.tail_s is not None:
        found.append(f"final +{seconds(operation.tail_s)}")
    if operation.input_tokens is not None or operation.output_tokens is not None:
        found.append(f"{operation.input_tokens or 0}+{operation.output_tokens or 0} tokens")
    if operation.characters is not None:
        found.append(f"{operation.characters} chars")
    if operation.audio_s is not None:
        found.append(f"{operation.audio_s:.1f} s audio")
    return found


def turn_marks(turn: Turn) -> list[str]:
    """What is worth knowing of a turn beside its latency."""
    found = [] if turn.ended else ["not ended"]
    if turn.initiator == "agent":
        found.append("the agent speaks first")
    if turn.interrupted:
        found.append("interrupted")
    if turn.errors:
        found.append(counted(turn.errors, "error"))
    return found


def stages(turn: Turn) -> list[str]:
    """What the response latency was spent on: `endpointing 310 ms`; what took no time is left out."""
    return [f"{stage} {seconds(spent)}" for stage, spent in turn.stages_s.items() if spent >= SHOWN_S]


def outcome(conversation: Conversation) -> str:
    """The outcome, or that the end has not been heard of."""
    return conversation.outcome or "not ended"


def models(conversation: Conversation) -> list[str]:
    """Every provider with its models, in the order of first use: `openai gpt-4o-mini`."""
    provider_of: dict[str, str] = {}
    for operation in conversation.all_operations():
        if operation.kind not in (Kind.TOOL, Kind.AGENT):
            name = clean(operation.name)
            provider_of[name] = provider_of.get(name) or clean(operation.provider)
    found: dict[str, list[str]] = {}
    for name, provider in provider_of.items():
        found.setdefault(provider, []).append(name)
    return [f"{provider} {', '.join(names)}".strip() for provider, names in found.items()]


def response(conversation: Conversation) -> str:
    """Median and slowest response latency; empty when no turn has one."""
    answered = [(turn.latency_s, turn) for turn in conversation.turns if turn.latency_s is not None]
    if not answered:
        return ""
    slowest, turn = max(answered, key=lambda pair: pair[0])
    median = statistics.median(latency for latency, _ in answered)
    return f"median {seconds(median)}, slowest {seconds(slowest)} ({turn_name(turn)})"


def usage(conversation: Conversation) -> list[str]:
    """Tokens, characters and audio of the whole conversation, as far as they are known."""
    operations = conversation.all_operations()
    heard = sum(one.audio_s or 0 for one in operations if one.kind is Kind.SPEECH_TO_TEXT)
    spoken = sum(one.audio_s or 0 for one in operations if one.kind is Kind.TEXT_TO_SPEECH)
    found = [
        (sum(one.input_tokens or 0 for one in operations), "{:,} tokens in"),
        (sum(one.output_tokens or 0 for one in operations), "{:,} tokens out"),
        (sum(one.characters or 0 for one in operations), "{:,} characters spoken"),
        (heard, "{:.1f} s heard"),
        (spoken, "{:.1f} s spoken"),
    ]
    return [text.format(amount) for amount, text in found if amount]


def cost(conversation: Conversation) -> str:
    """`$0.0184, without 1 operation of unknown price`; empty when nothing is known."""
    usd, missing = conversation.cost_usd, conversation.unpriced
    if usd is None:
        return ""
    known = f"${usd:.2f}" if usd >= 1 else f"${usd:.4f}"
    return f"{known}, without {counted(missing, 'operation')} of unknown price" if missing else known


def totals(conversation: Conversation) -> list[str]:
    """Outcome, duration, and how many turns, interruptions and errors."""
    interrupted = sum(turn.interrupted for turn in conversation.turns)
    errors = sum(operation.error is not None for operation in conversation.all_operations())
    found = [outcome(conversation), seconds(conversation.duration_s), counted(len(conversation.turns), "turn")]
    if interrupted:
        found.append(f"{interrupted} interrupted")
    if errors:
        found.append(counted(errors, "error"))
    return found


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter).startswith("C")
