"""Calls that go on while something is killed, and what of them is missing afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread

from tests.stack.real.calls import Call, point, record
from tests.stack.real.programs import eventually
from tests.stack.real.tiers import Gateway, Tier


@dataclass(frozen=True)
class Tiers:
    """Agents before gateways."""

    agents: tuple[Tier, ...]
    gateways: tuple[Gateway, ...]

    def start(self) -> None:
        """The gateways first, as nobody promises; a test needs no luck."""
        for gateway in self.gateways:
            gateway.start()
        for agent in self.agents:
            agent.program.start()

    def stop(self) -> None:
        """The agents first, so that they can hand over what they have."""
        for agent in self.agents:
            agent.program.stop()
        for gateway in self.gateways:
            gateway.stop()

    def span_ids(self) -> set[bytes]:
        """The spans that arrived behind any gateway."""
        return set().union(*(gateway.span_ids() for gateway in self.gateways))

    def logs(self) -> set[str]:
        """The log records that arrived behind any gateway."""
        return {body for gateway in self.gateways for body in gateway.sink.logs}

    def values(self, name: str) -> set[int]:
        """The values that arrived of a counter."""
        return {point.as_int for gateway in self.gateways for _, point in gateway.sink.points(name)}


class Traffic:
    """Calls through every agent until it is left; it knows what was accepted."""

    def __init__(self, agents: Sequence[Tier], name: str) -> None:
        self.spans: set[bytes] = set()
        self.logs: set[str] = set()
        self.points: set[int] = set()
        self.calls = 0
        self._agents, self._name = agents, name
        self._over = Event()
        self._thread = Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def call(self, number: int) -> Call:
        """One of its calls."""
        return Call(f"{self._name} {number}")

    def more(self, calls: int) -> None:
        """Wait for so many more calls."""
        enough = self.calls + calls
        eventually(lambda: self.calls >= enough, f"{calls} more calls of traffic")

    def lost(self, tiers: Tiers) -> tuple[int, int, int]:
        """How many spans, records and points were accepted and have not arrived."""
        return (
            len(self.spans - tiers.span_ids()),
            len(self.logs - tiers.logs()),
            len(self.points - tiers.values(self._name)),
        )

    def doubled(self, tiers: Tiers) -> str:
        """How many of the spans arrived more than once."""
        times = Counter(span.span_id for gateway in tiers.gateways for span in list(gateway.traces.spans))
        return f"{sum(times[one] > 1 for one in self.spans)} of {len(self.spans)} spans"

    def _go_on(self) -> None:
        while not self._over.is_set():
            self._one_call(self.call(self.calls))
            self.calls += 1

    def _one_call(self, call: Call) -> None:
        for number in range(call.turns, -1, -1):
            if self._agents[number % len(self._agents)].accepts("traces", call.span(number)):
                self.spans.add(call.span_id(number))
        agent = self._agents[self.calls % len(self._agents)]
        for category in ("app", "audit"):
            body = f"{call.name} {category}"
            if agent.accepts("logs", record(body, category)):
                self.logs.add(body)
        if agent.accepts("metrics", point(self._name, f"process-{self.calls % 10}", self.calls)):
            self.points.add(self.calls)
