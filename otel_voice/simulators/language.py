"""The simulated language model: which tool it calls, with what arguments, and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otel_voice.simulators.behaviour import Behaviour

Message = Mapping[str, Any]

DATED = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
}
DAY = re.compile(r"\b(today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.IGNORECASE)
HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TIME = re.compile(rf"\b(\d{{1,2}}|{'|'.join(HOURS)}) ?([ap])\.? ?m\b", re.IGNORECASE)
ORDER = re.compile(r"\b(\d{3,})\b")
# What the demo's caller may say, and what a telephone company's assistant answers.
ANSWERS: tuple[tuple[str, str], ...] = (
    (r"\b(goodbye|bye)\b", "Thank you for calling Northwind. Goodbye!"),
    (r"\bcircuits?\b", "I am sorry. Which day can an engineer visit?"),
    (r"\bhello|hi\b", "Hello! How can I help you today?"),
)


@dataclass(frozen=True)
class ToolCall:
    """A function the model wants called, its arguments as a JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Answer:
    """What the model produced: a text, or a tool call."""

    text: str = ""
    tool: ToolCall | None = None
    cut: bool = False


def dated(model: str) -> str:
    """The model's name as the response states it: the alias resolved to a dated snapshot."""
    return DATED.get(model, model)


def tokens(text: str) -> list[str]:
    """A text in the pieces a model would stream: a word with the space before it."""
    return re.findall(r"\s*\S+", text)


def count_tokens(text: str) -> int:
    """How many tokens a text costs: about four characters each."""
    return -(-len(text) // 4)


def content_of(message: Message) -> str:
    """The text of a message, whose content may be a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content)


def example(schema: Mapping[str, Any], text: str = "", name: str = "") -> Any:
    """A value that fits a JSON schema, taken from the text where it says something of the kind."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], text, name)
    kind = schema.get("type", "string")
    if kind == "object":
        return {key: example(part, text, key) for key, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}), text, name)]
    return {"integer": 1, "number": 1.5, "boolean": True, "null": None}.get(kind, _phrase(name, text))


def _phrase(name: str, text: str) -> str:
    day, time, order = DAY.search(text), TIME.search(text), ORDER.search(text)
    if "order" in name and order:
        return order[1]
    if "day" in name or "date" in name:
        return _day(day[1]) if day else "today"
    if "time" in name:
        return _clock(time) if time else "9 a.m."
    return text or name


def _day(said: str) -> str:
    return said.lower() if said.lower() in ("today", "tomorrow") else said.title()


def _clock(time: re.Match[str]) -> str:
    hour = time[1].lower()
    number = HOURS.index(hour) + 1 if hour in HOURS else int(hour)
    return f"{number} {time[2].lower()}.m."


def _wants(tool: Mapping[str, Any], text: str) -> bool:
    described = f"{tool.get('name', '')} {tool.get('description', '')}".replace("_", " ").lower()
    keywords = {word for word in re.findall(r"[a-z]+", described) if len(word) > 3}
    return not keywords.isdisjoint(re.findall(r"[a-z]+", text.lower()))


def _tool_call(asked: Behaviour, tools: Iterable[Mapping[str, Any]], text: str) -> ToolCall | None:
    for tool in tools:
        chosen = tool.get("name") == asked.tool if asked.tool else _wants(tool, text)
        if chosen:
            arguments = example({"type": "object", **(tool.get("parameters") or {})}, text)
            return ToolCall(tool["name"], json.dumps(arguments))
    return None


def _reported(result: str) -> str:
    try:
        facts = json.loads(result)
    except ValueError:
        return result
    if isinstance(facts, dict) and {"day", "time"} <= facts.keys():
        when = f"{facts['day']} at {facts['time']}".rstrip(".")
        if facts.get("status") == "moved":
            return f"All right, I moved it to {when}."
        return f"You are booked for {when}. The engineer will need about an hour at your home."
    return f"Here is what I found: {result}"


def answer(
    asked: Behaviour,
    messages: Sequence[Message],
    tools: Iterable[Mapping[str, Any]] = (),
    schema: Mapping[str, Any] | None = None,
) -> Answer:
    """What the model says to these messages; the same words to the same messages."""
    last = messages[-1] if messages else {}
    text = content_of(last)
    if last.get("role") == "tool":
        return Answer(asked.reply or _reported(text))
    call = _tool_call(asked, tools, text)
    if call:
        return Answer(tool=call)
    if schema is not None:
        return Answer(asked.reply or json.dumps(example(schema, text)))
    return Answer(asked.reply or _spoken(text))


def _spoken(text: str) -> str:
    for pattern, reply in ANSWERS:
        if re.search(pattern, text, re.IGNORECASE):
            return reply
    return f"You said: {text}" if text else "I am listening."


def shortened(given: Answer, limit: int | None) -> Answer:
    """The answer cut to `limit` tokens, as `max_tokens` does."""
    parts = tokens(given.text)
    if limit is None or len(parts) <= limit:
        return given
    return Answer("".join(parts[:limit]), given.tool, cut=True)
