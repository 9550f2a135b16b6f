"""Records to attributes. A record holds only what is known, so what is in it is what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.conversations.model import Conversation, Turn
from otel_voice.observation.agents import AgentRun, Guardrail, Handoff, Run, Workflow
from otel_voice.observation.records import (
    Inference,
    Operation,
    Outcome,
    RealtimeResponse,
    Speech,
    SpeechToText,
    TextToSpeech,
    ToolCall,
)
from otel_voice.telemetry import names

Attributes = dict[str, Any]

_OPERATION = {
    "response_model": names.GEN_AI_RESPONSE_MODEL,
    "response_id": names.GEN_AI_RESPONSE_ID,
    "request_id": names.VOICE_REQUEST_ID,
    "cost": names.VOICE_COST,
}
_INFERENCE = _OPERATION | {
    "temperature": names.GEN_AI_REQUEST_TEMPERATURE,
    "top_p": names.GEN_AI_REQUEST_TOP_P,
    "max_tokens": names.GEN_AI_REQUEST_MAX_TOKENS,
    "seed": names.GEN_AI_REQUEST_SEED,
    "frequency_penalty": names.GEN_AI_REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": names.GEN_AI_REQUEST_PRESENCE_PENALTY,
    "stop_sequences": names.GEN_AI_REQUEST_STOP_SEQUENCES,
    "choice_count": names.GEN_AI_REQUEST_CHOICE_COUNT,
    "output_type": names.GEN_AI_OUTPUT_TYPE,
    "input_tokens": names.GEN_AI_USAGE_INPUT_TOKENS,
    "output_tokens": names.GEN_AI_USAGE_OUTPUT_TOKENS,
    "cached_input_tokens": names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    "cache_written_input_tokens": names.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    "reasoning_tokens": names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    "audio_input_tokens": names.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    "audio_output_tokens": names.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
}
_SPEECH = _OPERATION | {
    "audio_format": names.VOICE_AUDIO_FORMAT,
    "sample_rate": names.VOICE_AUDIO_SAMPLE_RATE,
    "channels": names.VOICE_AUDIO_CHANNELS,
    "audio_bytes": names.VOICE_AUDIO_BYTES,
    "audio_seconds": names.VOICE_AUDIO_DURATION,
    "input_tokens": names.GEN_AI_USAGE_INPUT_TOKENS,
    "output_tokens": names.GEN_AI_USAGE_OUTPUT_TOKENS,
}
_SPEECH_TO_TEXT = _SPEECH | {
    "language": names.GEN_AI_SPEECH_INPUT_LANGUAGE,
    "session_id": names.VOICE_STT_SESSION_ID,
    "speech_end_source": names.VOICE_SPEECH_END_SOURCE,
    "interim_results": names.VOICE_STT_INTERIM_RESULTS,
    "confidence": names.VOICE_STT_CONFIDENCE,
    "words": names.VOICE_STT_WORDS,
}
_TEXT_TO_SPEECH = _SPEECH | {
    "voice": names.GEN_AI_SPEECH_VOICE,
    "characters": names.VOICE_TTS_CHARACTERS,
    "connection_seconds": names.VOICE_TTS_CONNECTION_DURATION,
    "underruns": names.VOICE_TTS_UNDERRUNS,
    "dry_seconds": names.VOICE_TTS_UNDERRUN_DURATION,
}
_REALTIME = (
    _INFERENCE
    | _SPEECH
    | {
        "session_id": names.GEN_AI_REALTIME_SESSION_ID,
        "agent_id": names.GEN_AI_AGENT_ID,
        "told_seconds": names.VOICE_PROVIDER_RESPONSE_LATENCY,
        "told_transcription_seconds": names.VOICE_PROVIDER_TRANSCRIPTION_LATENCY,
        "told_inference_seconds": names.VOICE_PROVIDER_INFERENCE_LATENCY,
        "told_synthesis_seconds": names.VOICE_PROVIDER_SYNTHESIS_LATENCY,
        "round_trip_seconds": names.VOICE_PROVIDER_ROUND_TRIP,
        "voice": names.GEN_AI_SPEECH_VOICE,
        "heard_seconds": names.VOICE_AUDIO_HEARD_DURATION,
    }
)
_TOOL = {"name": names.GEN_AI_TOOL_NAME, "call_id": names.GEN_AI_TOOL_CALL_ID}

_TABLES: dict[type[Operation], Mapping[str, str]] = {
    Inference: _INFERENCE,
    SpeechToText: _SPEECH_TO_TEXT,
    TextToSpeech: _TEXT_TO_SPEECH,
    RealtimeResponse: _REALTIME,
    ToolCall: _TOOL,
    Workflow: {"name": names.GEN_AI_WORKFLOW_NAME},
    AgentRun: {"name": names.GEN_AI_AGENT_NAME},
    Handoff: {"from_agent": names.VOICE_HANDOFF_FROM, "name": names.VOICE_HANDOFF_TO},
    Guardrail: {"name": names.VOICE_GUARDRAIL_NAME, "triggered": names.VOICE_GUARDRAIL_TRIGGERED},
    Speech: _SPEECH,
}


def at_start(record: Operation) -> Attributes:
    """What a sampler may decide by."""
    attributes: Attributes = {}
    if record.operation:
        attributes[names.GEN_AI_OPERATION_NAME] = record.operation
    if record.provider:
        attributes[names.GEN_AI_PROVIDER_NAME] = record.provider
    if isinstance(record, Run) and record.conversation_id is not None:
        attributes[names.GEN_AI_CONVERSATION_ID] = record.conversation_id
    if record.request_model is not None:
        attributes[names.GEN_AI_REQUEST_MODEL] = record.request_model
    if record.server_address is not None:
        attributes[names.SERVER_ADDRESS] = record.server_address
        if record.server_port is not None:
            attributes[names.SERVER_PORT] = record.server_port
    return attributes


def of_place(conversation: Conversation, turn: Turn | None) -> Attributes:
    """Which conversation and turn."""
    attributes: Attributes = {names.VOICE_CONVERSATION_ID: conversation.id}
    if conversation.given:
        attributes[names.GEN_AI_CONVERSATION_ID] = conversation.id
    if turn is not None:
        attributes[names.VOICE_TURN_ID] = turn.id
        attributes[names.VOICE_TURN_INDEX] = turn.index
    return attributes


def at_end(record: Operation) -> Attributes:
    """What was learned until the end."""
    table = _TABLES[type(record)]
    attributes: Attributes = {
        table[field]: value for field, value in vars(record).items() if field in table and value is not None
    }
    first = record.time_to_first_chunk
    if first is not None:
        attributes[names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = first
    if record.streamed:
        attributes[names.GEN_AI_REQUEST_STREAM] = True
    if record.outcome is Outcome.INTERRUPTED:
        attributes[names.VOICE_INTERRUPTED] = True
    if record.status_code is not None:
        attributes[names.HTTP_RESPONSE_STATUS_CODE] = record.status_code
    if isinstance(record, Inference):
        if record.finish_reasons:
            attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] = tuple(record.finish_reasons)
        if isinstance(record, RealtimeResponse) and record.audible:
            attributes[names.GEN_AI_OUTPUT_TYPE] = "speech"
    elif isinstance(record, SpeechToText):
        _utterance(record, attributes)
    elif isinstance(record, TextToSpeech):
        _synthesis(record, attributes)
    elif isinstance(record, ToolCall):
        attributes[names.GEN_AI_TOOL_TYPE] = "function"
        if record.inferred:
            attributes[names.VOICE_TOOL_TIMING] = "inferred"
    return attributes


def _utterance(record: SpeechToText, attributes: Attributes) -> None:
    finalization = record.finalization
    if finalization is not None:
        attributes[names.VOICE_STT_FINALIZATION_DURATION] = finalization
    if record.first_partial_ns is not None and record.first_partial_ns >= record.started_ns:
        attributes[names.VOICE_STT_TIME_TO_FIRST_PARTIAL] = (record.first_partial_ns - record.started_ns) / 1e9


def _synthesis(record: TextToSpeech, attributes: Attributes) -> None:
    attributes[names.GEN_AI_OUTPUT_TYPE] = "speech"
    if record.time_to_first_sound is not None:
        attributes[names.VOICE_TTS_TIME_TO_FIRST_SOUND] = record.time_to_first_sound
    if record.real_time_factor is not None:
        attributes[names.VOICE_TTS_REAL_TIME_FACTOR] = record.real_time_factor


def labels(record: Operation) -> Attributes:
    """What the metrics of an operation are told apart by."""
    attributes = at_start(record)
    if record.response_model is not None:
        attributes[names.GEN_AI_RESPONSE_MODEL] = record.response_model
    return attributes


def error_type(record: Operation) -> str:
    """The provider's own word for the failure, or the class of the exception."""
    return record.error_type or "_OTHER"
