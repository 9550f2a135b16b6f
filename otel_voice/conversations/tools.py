"""Tools between two model calls: the model asks, the program executes unseen, the next request carries the result.

The time of the execution is inferred from the two calls. What is remembered is bounded: a call whose result never
comes back is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from otel_voice.conversations.model import Place
from otel_voice.observation.records import Inference, Outcome, ToolCall, ToolRequest

Key = str | tuple[str, str]


class Tools:
    """Tool calls that wait for their result: by their id, or by the conversation whose model asked last."""

    LIMIT = 256

    def __init__(self) -> None:
        self._asked: OrderedDict[Key, tuple[ToolRequest, Inference, Place | None]] = OrderedDict()
        self._asking: OrderedDict[str, tuple[Inference, Place]] = OrderedDict()
        self._told: OrderedDict[tuple[str | None, str | None], int] = OrderedDict()

    def asked(self, record: Inference, place: Place | None) -> None:
        """A model call ended; remember the tools it asked for."""
        for call in record.tool_calls:
            key = _key(call, place.conversation.id if place is not None else None)
            if key is not None:
                self._asked[key] = (call, record, place)
        if place is not None and "tool_calls" in record.finish_reasons and not record.tool_calls:
            self._asking[place.conversation.id] = (record, place)
        for remembered in (self._asked, self._asking):
            while len(remembered) > self.LIMIT:
                remembered.popitem(last=False)

    def told(self, conversation: str, name: str) -> None:
        """The program tells the execution of a tool itself; it need not be inferred."""
        self._told[conversation, name] = self._told.get((conversation, name), 0) + 1
        while len(self._told) > self.LIMIT:
            self._told.popitem(last=False)

    def answered(self, record: Inference, conversation: str | None) -> Iterator[tuple[ToolCall, Place | None]]:
        """A model call begins; yield the executions whose results it carries, each with its place."""
        asking = self._asking.pop(conversation, None) if conversation is not None else None
        for result in record.tool_results:
            key = _key(result, conversation)
            known = self._asked.pop(key, None) if key is not None else None
            if known is not None:
                call, asked, place = known
                execution = _execution(call, asked, result, record)
            elif asking is not None:
                execution, place = _execution(result, asking[0], result, record), asking[1]
            else:
                continue
            if not self._was_told(conversation, execution.name):
                yield execution, place

    def _was_told(self, conversation: str | None, name: str | None) -> bool:
        left = self._told.pop((conversation, name), 0)
        if left > 1:
            self._told[conversation, name] = left - 1
        return left > 0


def _key(call: ToolRequest, conversation: str | None) -> Key | None:
    """The id of a call; where the provider gives none, its name within its conversation. None without either."""
    if call.call_id:
        return call.call_id
    return (conversation, call.name) if conversation is not None and call.name is not None else None


def _execution(call: ToolRequest, asking: Inference, result: ToolRequest, carrying: Inference) -> ToolCall:
    execution = ToolCall(asking.provider)
    execution.rebase(asking.ended_ns or asking.started_ns)
    execution.name = call.name or result.name or "tool"
    execution.call_id = call.call_id or None
    execution.inferred = True
    execution.arguments_content = call.arguments
    execution.result_content = result.result
    execution.ended_ns = max(execution.started_ns, carrying.started_ns)
    execution.outcome = Outcome.COMPLETED
    return execution
