"""The settings of a Deepgram Voice Agent, as the program sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.providers import reading

_DEFAULT_FORMAT = ("linear16", 24000)


class Settings:
    """What is set in a conversation now."""

    def __init__(self) -> None:
        self.agent_id: str | None = None
        self.listen: str | None = None
        self.think: str | None = None
        self.speak: str | None = None
        self.prompt: str | None = None
        self.language: str | None = None
        self.heard_format: tuple[str | None, int | None] = _DEFAULT_FORMAT
        self.spoken_format: tuple[str | None, int | None] = _DEFAULT_FORMAT

    def read(self, settings: Mapping[str, Any]) -> None:
        """Read the settings; an agent that is kept by the service is known by its id alone."""
        audio, agent = settings.get("audio") or {}, settings.get("agent") or {}
        self.heard_format, self.spoken_format = _format(audio.get("input")), _format(audio.get("output"))
        if isinstance(agent, str):
            self.agent_id = agent
            return
        self.listen = _model(agent.get("listen"))
        self.language = agent.get("language")
        self.update(agent)

    def update(self, settings: Mapping[str, Any]) -> None:
        """Read what is given of them."""
        self.think = _model(settings.get("think")) or self.think
        self.speak = _model(settings.get("speak")) or self.speak
        self.prompt = settings.get("prompt") or (_first(settings.get("think")) or {}).get("prompt") or self.prompt


def _first(given: Any) -> Any:
    """What is used before what stands behind it, where there are several."""
    several = isinstance(given, Sequence) and not isinstance(given, str)
    return next(iter(given), None) if several else given


def _model(given: Any) -> str | None:
    provider = (_first(given) or {}).get("provider") or {}
    return provider.get("model") or provider.get("model_id")


def _format(given: Any) -> tuple[str | None, int | None]:
    given = given or {}
    rate = reading.integer(given.get("sample_rate"))
    return given.get("encoding", _DEFAULT_FORMAT[0]), rate or _DEFAULT_FORMAT[1]
