"""What a failure says. While content is not recorded, nothing of it is quoted from what people said."""

from __future__ import annotations

import traceback

from otel_voice.observation.records import Operation
from otel_voice.telemetry import names
from otel_voice.telemetry.content import ContentPolicy
from otel_voice.telemetry.redaction import bounded, redact

MESSAGE_LENGTH = 1024
STACK_LENGTH = 16384
UNTOLD = "[the message is left out: the request cannot be compared with it]"


def description(record: Operation, policy: ContentPolicy) -> str | None:
    """The message of a failure, or None where there is none."""
    said = record.error_message if record.error is None else str(record.error)
    if said is None:
        return None
    [told] = _without_content([(said, UNTOLD)], record, policy)
    return bounded(redact(told), MESSAGE_LENGTH)


def exception(record: Operation, policy: ContentPolicy) -> dict[str, str]:
    """An error as attributes; none for a failure that the provider told in its answer."""
    error = record.error
    if error is None:
        return {}
    frames = "".join(traceback.format_tb(error.__traceback__))
    whole = "".join(traceback.format_exception(error))
    message, stack = _without_content([(str(error), UNTOLD), (whole, frames)], record, policy)
    return {
        names.EXCEPTION_TYPE: type(error).__qualname__,
        names.EXCEPTION_MESSAGE: bounded(redact(message), MESSAGE_LENGTH),
        names.EXCEPTION_STACKTRACE: bounded(redact(stack), STACK_LENGTH),
    }


def _without_content(told: list[tuple[str, str]], record: Operation, policy: ContentPolicy) -> list[str]:
    """Each text without what it quotes; where that cannot be found out, what stands beside it."""
    if policy.wanted or record.asked is None:
        return [text for text, _ in told]
    from otel_voice.privacy import unchecked
    from otel_voice.privacy.quoting import Said, TooLongError

    try:
        said = Said(record.asked)
        return [said.out_of(text[: 2 * STACK_LENGTH]) for text, _ in told]
    except TooLongError:
        return [instead for _, instead in told]
    except Exception as error:  # noqa: BLE001 - the program's objects may do anything: what was not compared is not told
        unchecked.tell("text", error)
        return [instead for _, instead in told]
