"""What people and models said in an operation, as attributes, the way the content policy allows it."""

from __future__ import annotations

from functools import singledispatch

from otel_voice.conversations.model import Turn
from otel_voice.observation.records import Inference, Operation, SpeechToText, TextToSpeech, ToolCall
from otel_voice.telemetry import names
from otel_voice.telemetry.content import ContentPolicy

Content = dict[str, str]


def heard(turn: Turn, policy: ContentPolicy) -> Content:
    """What the user heard of an answer that was cut short."""
    text = turn.spoken.heard_text() if turn.interrupted_by is not None else None
    return {} if text is None else {names.VOICE_INTERRUPTION_HEARD_TEXT: policy.text(text)}


@singledispatch
def said(record: Operation, policy: ContentPolicy) -> Content:
    """The content of a record; empty when it holds none."""
    return {}


@said.register
def _(record: Inference, policy: ContentPolicy) -> Content:
    content = {}
    if record.system_content:
        content[names.GEN_AI_SYSTEM_INSTRUCTIONS] = policy.messages(record.system_content)
    if record.input_content:
        content[names.GEN_AI_INPUT_MESSAGES] = policy.messages(record.input_content)
    if record.output_content:
        content[names.GEN_AI_OUTPUT_MESSAGES] = policy.messages(record.output_content)
    return content


@said.register
def _(record: SpeechToText, policy: ContentPolicy) -> Content:
    text = record.transcript_content
    return {} if text is None else {names.GEN_AI_OUTPUT_MESSAGES: policy.said("user", text)}


@said.register
def _(record: TextToSpeech, policy: ContentPolicy) -> Content:
    text = record.text_content
    return {} if text is None else {names.GEN_AI_INPUT_MESSAGES: policy.said("assistant", text)}


@said.register
def _(record: ToolCall, policy: ContentPolicy) -> Content:
    content = {}
    if record.arguments_content is not None:
        content[names.GEN_AI_TOOL_CALL_ARGUMENTS] = policy.text(record.arguments_content)
    if record.result_content is not None:
        content[names.GEN_AI_TOOL_CALL_RESULT] = policy.text(record.result_content)
    return content
