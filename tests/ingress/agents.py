"""One agent for all servers: it asks the model that each message names."""

from __future__ import annotations

import asyncio
from typing import Any

from otel_voice.simulators.server import Simulators
from tests.providers import openai_calls


class Agent:
    """Says what a model answers; the model's name is what the caller says, or what Twilio's message holds."""

    def __init__(self, simulators: Simulators) -> None:
        self._simulators = simulators
        self._clients: dict[Any, Any] = {}

    async def answer(self, said: str) -> str:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = openai_calls.client("Async", self._simulators)
        answer = await self._clients[loop].chat.completions.create(
            model=said, messages=[{"role": "user", "content": said}]
        )
        return str(answer.choices[0].message.content)

    def answer_sync(self, said: str) -> str:
        client = openai_calls.client("", self._simulators)
        answer = client.chat.completions.create(model=said, messages=[{"role": "user", "content": said}])
        return str(answer.choices[0].message.content)
