"""Tools that a model asks for: called, done, failed, denied, or waiting for somebody to agree."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.events import outcome, values
from otel_voice.events.spanning import Run, Spanning
from otel_voice.events.telling import tell
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from otel_voice.telemetry.program import current_trace

NAME_LENGTH = 128
OPERATION = "execute_tool"
DENIED, CONFIRMATION_REQUIRED = "denied", "confirmation_required"

_EVENTS = {
    outcome.SUCCESS: names.EVENT_VOICE_TOOL_SUCCESS,
    outcome.FAILURE: names.EVENT_VOICE_TOOL_FAILURE,
    outcome.TIMEOUT: names.EVENT_VOICE_TOOL_FAILURE,
    outcome.CANCELLED: names.EVENT_VOICE_TOOL_CANCELLED,
    DENIED: names.EVENT_VOICE_TOOL_DENIED,
    CONFIRMATION_REQUIRED: names.EVENT_VOICE_TOOL_CONFIRMATION_REQUIRED,
}
_WORDS = {outcome.TIMEOUT: outcome.FAILURE}


class Execution(Run):
    """One tool call. What the program says of it is its outcome."""

    def __init__(self, name: str, call_id: str | None) -> None:
        self._said = _of(name, call_id)
        attributes = {**self._said, names.GEN_AI_OPERATION_NAME: OPERATION}
        super().__init__(names.SPAN_EXECUTE_TOOL.format(tool=name), attributes)
        self._outcome: str | None = None
        self._reason: str | None = None

    def denied(self, reason: str | None = None) -> None:
        """The tool may not be used here. `reason` is one of a handful."""
        self._outcome, self._reason = DENIED, reason

    def confirmation_required(self, reason: str | None = None) -> None:
        """Somebody has to agree first."""
        self._outcome, self._reason = CONFIRMATION_REQUIRED, reason

    def began(self) -> None:
        """Say that it is called; the model's next request need not tell it once more."""
        conversation = runtime().conversations.find(current_trace())
        if conversation is not None:
            runtime().conversations.tools.told(conversation.id, self._said[names.GEN_AI_TOOL_NAME])
        tell(names.EVENT_VOICE_TOOL_CALLED, self._said)

    def ended(self, error: BaseException | None) -> None:
        """Say how it ended; an exception says more than the program did before it."""
        ending = outcome.of(error) if error is not None else self._outcome or outcome.SUCCESS
        _tell(self._said, ending, self.seconds, error, self._reason if ending == self._outcome else None)


class tool(Spanning[Execution]):  # noqa: N801 - used as a statement
    """A tool call, as a block: `with tool("book_appointment") as call:`, `async with`, or above a function.

    A span `execute_tool`, an event that it is called, one how it ended, and metrics. Where there is nothing to put a
    block around, say what happened: `tool("refund").denied("over the limit")`.
    """

    def __init__(self, name: str, call_id: str | None = None) -> None:
        super().__init__()
        self._name = values.text(name, NAME_LENGTH)
        self._call_id = None if call_id is None else values.text(call_id, NAME_LENGTH)

    def called(self) -> None:
        """The tool is called."""
        guarded(tell, names.EVENT_VOICE_TOOL_CALLED, _of(self._name, self._call_id))

    def succeeded(self, duration: float | None = None) -> None:
        """It did what it should, in so many seconds."""
        self._ended(outcome.SUCCESS, duration)

    def failed(self, error: BaseException | None = None, duration: float | None = None) -> None:
        """It did not."""
        self._ended(outcome.FAILURE, duration, error)

    def denied(self, reason: str | None = None) -> None:
        """It may not be used here. `reason` is one of a handful."""
        self._ended(DENIED, reason=reason)

    def confirmation_required(self, reason: str | None = None) -> None:
        """Somebody has to agree first."""
        self._ended(CONFIRMATION_REQUIRED, reason=reason)

    def _ended(
        self, ending: str, seconds: Any = None, error: BaseException | None = None, reason: str | None = None
    ) -> None:
        guarded(_tell, _of(self._name, self._call_id), ending, values.number(seconds), error, reason)

    def _again(self) -> tool:
        return tool(self._name, self._call_id)

    def _run(self) -> Execution:
        return Execution(self._name, self._call_id)


def _of(name: str, call_id: str | None) -> dict[str, Any]:
    attributes = {names.GEN_AI_TOOL_NAME: name}
    if call_id is not None:
        attributes[names.GEN_AI_TOOL_CALL_ID] = call_id
    return attributes


def _tell(
    said: dict[str, Any], ending: str, seconds: float | None, error: BaseException | None, reason: str | None
) -> None:
    attributes = {**said, names.VOICE_TOOL_OUTCOME: _WORDS.get(ending, ending)}
    if seconds is not None:
        attributes[names.VOICE_TOOL_DURATION] = seconds
    if reason is not None:
        attributes[names.VOICE_REASON] = values.text(reason)
    if error is not None and ending != outcome.CANCELLED:
        attributes.update(values.exception(error))
    tell(_EVENTS[ending], attributes)
