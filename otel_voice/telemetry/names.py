"""Generated from otel_voice/schema by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple


class Metric(NamedTuple):
    """How an instrument is made; `opt_in` names the semantic convention switch it waits for, or is empty."""

    instrument: str
    unit: str
    description: str
    buckets: Sequence[float]
    labels: tuple[str, ...]
    opt_in: str


class Event(NamedTuple):
    """How a log event is written."""

    severity: str
    category: str
    attributes: tuple[str, ...]


GEN_AI_OPERATION_NAME: Final = "gen_ai.operation.name"
GEN_AI_PROVIDER_NAME: Final = "gen_ai.provider.name"
GEN_AI_REQUEST_MODEL: Final = "gen_ai.request.model"
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
GEN_AI_RESPONSE_ID: Final = "gen_ai.response.id"
GEN_AI_RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
GEN_AI_REQUEST_STREAM: Final = "gen_ai.request.stream"
GEN_AI_REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
GEN_AI_REQUEST_TOP_P: Final = "gen_ai.request.top_p"
GEN_AI_REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
GEN_AI_REQUEST_SEED: Final = "gen_ai.request.seed"
GEN_AI_REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
GEN_AI_REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
GEN_AI_REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
GEN_AI_REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
GEN_AI_OUTPUT_TYPE: Final = "gen_ai.output.type"
GEN_AI_USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
GEN_AI_USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
GEN_AI_USAGE_AUDIO_INPUT_TOKENS: Final = "gen_ai.usage.audio.input_tokens"
GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: Final = "gen_ai.usage.audio.output_tokens"
GEN_AI_TOKEN_TYPE: Final = "gen_ai.token.type"
GEN_AI_TOKEN_MODALITY: Final = "gen_ai.token.modality"
GEN_AI_TOOL_NAME: Final = "gen_ai.tool.name"
GEN_AI_TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
GEN_AI_TOOL_TYPE: Final = "gen_ai.tool.type"
GEN_AI_TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
GEN_AI_TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"
GEN_AI_INPUT_MESSAGES: Final = "gen_ai.input.messages"
GEN_AI_OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
GEN_AI_SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
GEN_AI_SPEECH_VOICE: Final = "gen_ai.speech.voice"
GEN_AI_SPEECH_INPUT_LANGUAGE: Final = "gen_ai.speech.input.language"
GEN_AI_REALTIME_SESSION_ID: Final = "gen_ai.realtime_session.id"
GEN_AI_AGENT_ID: Final = "gen_ai.agent.id"
GEN_AI_AGENT_NAME: Final = "gen_ai.agent.name"
GEN_AI_WORKFLOW_NAME: Final = "gen_ai.workflow.name"
GEN_AI_CONVERSATION_ID: Final = "gen_ai.conversation.id"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
ERROR_TYPE: Final = "error.type"
HTTP_RESPONSE_STATUS_CODE: Final = "http.response.status_code"
THREAD_NAME: Final = "thread.name"
CODE_STACKTRACE: Final = "code.stacktrace"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"
SESSION_ID: Final = "session.id"
USER_ID: Final = "user.id"
VOICE_REQUEST_ID: Final = "voice.request.id"
VOICE_INTERRUPTED: Final = "voice.interrupted"
VOICE_AUDIO_FORMAT: Final = "voice.audio.format"
VOICE_AUDIO_SAMPLE_RATE: Final = "voice.audio.sample_rate"
VOICE_AUDIO_CHANNELS: Final = "voice.audio.channels"
VOICE_AUDIO_DURATION: Final = "voice.audio.duration"
VOICE_AUDIO_BYTES: Final = "voice.audio.bytes"
VOICE_AUDIO_HEARD_DURATION: Final = "voice.audio.heard.duration"
VOICE_PROVIDER_RESPONSE_LATENCY: Final = "voice.provider.response.latency"
VOICE_PROVIDER_TRANSCRIPTION_LATENCY: Final = "voice.provider.transcription.latency"
VOICE_PROVIDER_INFERENCE_LATENCY: Final = "voice.provider.inference.latency"
VOICE_PROVIDER_SYNTHESIS_LATENCY: Final = "voice.provider.synthesis.latency"
VOICE_PROVIDER_ROUND_TRIP: Final = "voice.provider.round_trip"
VOICE_TTS_CHARACTERS: Final = "voice.tts.characters"
VOICE_TTS_CONNECTION_DURATION: Final = "voice.tts.connection.duration"
VOICE_TTS_TIME_TO_FIRST_SOUND: Final = "voice.tts.time_to_first_sound"
VOICE_TTS_REAL_TIME_FACTOR: Final = "voice.tts.real_time_factor"
VOICE_TTS_UNDERRUNS: Final = "voice.tts.underruns"
VOICE_TTS_UNDERRUN_DURATION: Final = "voice.tts.underrun.duration"
VOICE_STT_CONFIDENCE: Final = "voice.stt.confidence"
VOICE_STT_INTERIM_RESULTS: Final = "voice.stt.interim_results"
VOICE_STT_TIME_TO_FIRST_PARTIAL: Final = "voice.stt.time_to_first_partial"
VOICE_STT_FINALIZATION_DURATION: Final = "voice.stt.finalization.duration"
VOICE_STT_WORDS: Final = "voice.stt.words"
VOICE_STT_SESSION_ID: Final = "voice.stt.session.id"
VOICE_SPEECH_END_SOURCE: Final = "voice.speech_end.source"
VOICE_TOOL_TIMING: Final = "voice.tool.timing"
VOICE_HANDOFF_FROM: Final = "voice.handoff.from"
VOICE_HANDOFF_TO: Final = "voice.handoff.to"
VOICE_GUARDRAIL_NAME: Final = "voice.guardrail.name"
VOICE_GUARDRAIL_TRIGGERED: Final = "voice.guardrail.triggered"
VOICE_COST: Final = "voice.cost"
VOICE_TELEMETRY_OWNER: Final = "voice.telemetry.owner"
VOICE_CONVERSATION_ID: Final = "voice.conversation.id"
VOICE_CONVERSATION_ORIGIN: Final = "voice.conversation.origin"
VOICE_CORRELATION_ID: Final = "voice.correlation.id"
VOICE_INBOUND_REQUEST_ID: Final = "voice.inbound.request.id"
VOICE_TELEPHONY_CALL_ID: Final = "voice.telephony.call.id"
VOICE_TELEPHONY_STREAM_ID: Final = "voice.telephony.stream.id"
VOICE_CONVERSATION_CHANNEL: Final = "voice.conversation.channel"
VOICE_CONVERSATION_DIRECTION: Final = "voice.conversation.direction"
VOICE_CONVERSATION_OUTCOME: Final = "voice.conversation.outcome"
VOICE_CONVERSATION_SPEECH_USER_DURATION: Final = "voice.conversation.speech.user.duration"
VOICE_CONVERSATION_SPEECH_AGENT_DURATION: Final = "voice.conversation.speech.agent.duration"
VOICE_CONVERSATION_OVERLAP_DURATION: Final = "voice.conversation.overlap.duration"
VOICE_CONVERSATION_DEAD_AIR_DURATION: Final = "voice.conversation.dead_air.duration"
VOICE_CONVERSATION_TALK_RATIO: Final = "voice.conversation.talk_ratio"
VOICE_CONVERSATION_USER_WORDS_PER_MINUTE: Final = "voice.conversation.user.words_per_minute"
VOICE_CONVERSATION_TIME_TO_FIRST_WORD: Final = "voice.conversation.time_to_first_word"
VOICE_CONVERSATION_COST: Final = "voice.conversation.cost"
VOICE_CONVERSATION_COST_UNPRICED: Final = "voice.conversation.cost.unpriced"
VOICE_CONVERSATION_TURNS: Final = "voice.conversation.turns"
VOICE_TURN_ID: Final = "voice.turn.id"
VOICE_TURN_INDEX: Final = "voice.turn.index"
VOICE_TURN_INITIATOR: Final = "voice.turn.initiator"
VOICE_TURN_INTERRUPTED: Final = "voice.turn.interrupted"
VOICE_TURN_RESPONSE_LATENCY: Final = "voice.turn.response.latency"
VOICE_TURN_SPEECH_END_SOURCE: Final = "voice.turn.speech_end.source"
VOICE_TURN_STAGE: Final = "voice.turn.stage"
VOICE_TURN_STAGE_ENDPOINTING: Final = "voice.turn.stage.endpointing"
VOICE_TURN_STAGE_TRANSCRIPTION: Final = "voice.turn.stage.transcription"
VOICE_TURN_STAGE_DECISION: Final = "voice.turn.stage.decision"
VOICE_TURN_STAGE_INFERENCE: Final = "voice.turn.stage.inference"
VOICE_TURN_STAGE_TOOLS: Final = "voice.turn.stage.tools"
VOICE_TURN_STAGE_AGGREGATION: Final = "voice.turn.stage.aggregation"
VOICE_TURN_STAGE_SYNTHESIS: Final = "voice.turn.stage.synthesis"
VOICE_TURN_STAGE_PLAYBACK: Final = "voice.turn.stage.playback"
VOICE_TURN_STAGE_UNATTRIBUTED: Final = "voice.turn.stage.unattributed"
VOICE_TURN_FIRST_AUDIO_SOURCE: Final = "voice.turn.first_audio.source"
VOICE_TURN_COST: Final = "voice.turn.cost"
VOICE_TURN_ERRORS: Final = "voice.turn.errors"
VOICE_TURN_STATE: Final = "voice.turn.state"
VOICE_TURN_FALLBACKS: Final = "voice.turn.fallbacks"
VOICE_TURN_RETRIES: Final = "voice.turn.retries"
VOICE_INTERRUPTION_STOP_LATENCY: Final = "voice.interruption.stop_latency"
VOICE_INTERRUPTION_HEARD_DURATION: Final = "voice.interruption.heard.duration"
VOICE_INTERRUPTION_HEARD_TEXT: Final = "voice.interruption.heard.text"
VOICE_INTERRUPTION_UNHEARD_DURATION: Final = "voice.interruption.unheard.duration"
VOICE_INTERRUPTION_UNHEARD_CHARACTERS: Final = "voice.interruption.unheard.characters"
VOICE_STATE_NAME: Final = "voice.state.name"
VOICE_STATE_FROM: Final = "voice.state.from"
VOICE_STATE_TO: Final = "voice.state.to"
VOICE_REASON: Final = "voice.reason"
VOICE_REDACTION_SUBJECT: Final = "voice.redaction.subject"
VOICE_INTERRUPTION_SOURCE: Final = "voice.interruption.source"
CODE_FUNCTION_NAME: Final = "code.function.name"
VOICE_COMPONENT: Final = "voice.component"
VOICE_TIMER_NAME: Final = "voice.timer.name"
VOICE_TIMER_DURATION: Final = "voice.timer.duration"
VOICE_INTEGRATION_ADAPTER: Final = "voice.integration.adapter"
VOICE_INTEGRATION_OPERATION: Final = "voice.integration.operation"
VOICE_INTEGRATION_OUTCOME: Final = "voice.integration.outcome"
VOICE_INTEGRATION_DURATION: Final = "voice.integration.duration"
VOICE_INTEGRATION_CIRCUIT_STATE: Final = "voice.integration.circuit.state"
VOICE_TOOL_OUTCOME: Final = "voice.tool.outcome"
VOICE_TOOL_DURATION: Final = "voice.tool.duration"
VOICE_MESSAGE_ID: Final = "voice.message.id"
VOICE_MESSAGE_DIRECTION: Final = "voice.message.direction"
VOICE_MESSAGE_CHANNEL: Final = "voice.message.channel"
VOICE_MESSAGE_STATUS: Final = "voice.message.status"
VOICE_MESSAGE_LENGTH: Final = "voice.message.length"
VOICE_TEAM_NAME: Final = "voice.team.name"
VOICE_TEAM_PREVIOUS: Final = "voice.team.previous"
VOICE_ASSIGNEE_ID: Final = "voice.assignee.id"
VOICE_CONVERSATION_STATUS: Final = "voice.conversation.status"
VOICE_CONVERSATION_RESOLUTION: Final = "voice.conversation.resolution"
VOICE_CONVERSATION_FIRST_RESPONSE_DURATION: Final = "voice.conversation.first_response.duration"
VOICE_CONVERSATION_RESOLUTION_DURATION: Final = "voice.conversation.resolution.duration"
VOICE_QUEUE_NAME: Final = "voice.queue.name"
VOICE_QUEUE_DEPTH: Final = "voice.queue.depth"
VOICE_QUEUE_WAIT_DURATION: Final = "voice.queue.wait.duration"
VOICE_AGENT_NAME: Final = "voice.agent.name"
VOICE_AGENT_LOAD: Final = "voice.agent.load"
VOICE_AUTH_ACTION: Final = "voice.auth.action"
VOICE_AUTH_OUTCOME: Final = "voice.auth.outcome"
VOICE_AUTH_METHOD: Final = "voice.auth.method"
VOICE_AUTH_RESOURCE: Final = "voice.auth.resource"
VOICE_APPOINTMENT_ID: Final = "voice.appointment.id"
VOICE_APPOINTMENT_STATUS: Final = "voice.appointment.status"
VOICE_APPOINTMENT_SERVICE: Final = "voice.appointment.service"
VOICE_QUALIFICATION_OUTCOME: Final = "voice.qualification.outcome"
VOICE_QUALIFICATION_SCORE: Final = "voice.qualification.score"
VOICE_HANDOFF_STATUS: Final = "voice.handoff.status"
VOICE_SENTIMENT_LABEL: Final = "voice.sentiment.label"
VOICE_SENTIMENT_SCORE: Final = "voice.sentiment.score"
VOICE_CSAT_SCORE: Final = "voice.csat.score"
VOICE_LANGUAGE_CONFIDENCE: Final = "voice.language.confidence"
VOICE_ALERT_SEVERITY: Final = "voice.alert.severity"
VOICE_ALERT_TITLE: Final = "voice.alert.title"
VOICE_ALERT_MESSAGE: Final = "voice.alert.message"
VOICE_ALERT_METRIC: Final = "voice.alert.metric"
VOICE_ALERT_VALUE: Final = "voice.alert.value"
VOICE_ALERT_THRESHOLD: Final = "voice.alert.threshold"
VOICE_ALERT_SUPPRESSED: Final = "voice.alert.suppressed"
VOICE_LOG_CATEGORY: Final = "voice.log.category"
VOICE_AUDIT_STREAM: Final = "voice.audit.stream"
VOICE_AUDIT_SEQUENCE: Final = "voice.audit.sequence"
VOICE_AUDIT_PREVIOUS_HASH: Final = "voice.audit.previous_hash"
VOICE_AUDIT_HASH: Final = "voice.audit.hash"
VOICE_AUDIT_ACTOR: Final = "voice.audit.actor"
VOICE_AUDIT_SUBJECT: Final = "voice.audit.subject"
VOICE_HEALTH_CHECK_NAME: Final = "voice.health.check.name"
VOICE_HEALTH_CHECK_CRITICAL: Final = "voice.health.check.critical"
VOICE_EVENT_LOOP_BLOCK_DURATION: Final = "voice.event_loop.block.duration"
VOICE_EVENT_LOOP_BLOCKS_UNTOLD: Final = "voice.event_loop.blocks.untold"
VOICE_LOG_SUPPRESSED: Final = "voice.log.suppressed"
CODE_FILE_PATH: Final = "code.file.path"
CODE_LINE_NUMBER: Final = "code.line.number"
CLIENT_ADDRESS: Final = "client.address"
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_RESPONSE_BODY_SIZE: Final = "http.response.body.size"
URL_PATH: Final = "url.path"
URL_QUERY: Final = "url.query"
NETWORK_PROTOCOL_VERSION: Final = "network.protocol.version"
USER_AGENT_ORIGINAL: Final = "user_agent.original"
HTTP_REQUEST_HEADER_REFERER: Final = "http.request.header.referer"
NETWORK_PROTOCOL_NAME: Final = "network.protocol.name"
VOICE_CLIENT_OUTCOME: Final = "voice.client.outcome"
VOICE_CLIENT_STALLS: Final = "voice.client.stalls"
VOICE_CLIENT_MICROPHONE_PERMISSION: Final = "voice.client.microphone.permission"
VOICE_CLIENT_CLOSE_CODE: Final = "voice.client.close.code"
VOICE_CLIENT_PLAYBACK_SOURCE: Final = "voice.client.playback.source"
VOICE_CLIENT_STALL_REASON: Final = "voice.client.stall.reason"
VOICE_CLIENT_ERROR_SOURCE: Final = "voice.client.error.source"
VOICE_CLIENT_ERROR_SUPPRESSED: Final = "voice.client.error.suppressed"
VOICE_CLIENT_DROPPED: Final = "voice.client.dropped"

SPAN_CONVERSATION: Final = "conversation"
SPAN_TURN: Final = "turn"
SPAN_TURN_STAGE: Final = "turn.{stage}"
SPAN_SPEECH_TO_TEXT: Final = "speech_to_text {model}"
SPAN_INFERENCE: Final = "{operation} {model}"
SPAN_TEXT_TO_SPEECH: Final = "text_to_speech {model}"
SPAN_REALTIME_INFERENCE: Final = "realtime_inference {model}"
SPAN_INVOKE_WORKFLOW: Final = "invoke_workflow {workflow}"
SPAN_INVOKE_AGENT: Final = "invoke_agent {agent}"
SPAN_HANDOFF: Final = "handoff {to}"
SPAN_GUARDRAIL: Final = "guardrail {guardrail}"
SPAN_EXECUTE_TOOL: Final = "execute_tool {tool}"
SPAN_TIMER: Final = "{timer}"
SPAN_TRACED: Final = "{function}"
SPAN_INTEGRATION: Final = "{adapter} {request}"
SPAN_CLIENT_CALL: Final = "voice.client.call"
SPAN_CLIENT_MICROPHONE: Final = "voice.client.microphone"
SPAN_CLIENT_CONNECT: Final = "voice.client.connect"
SPAN_CLIENT_FIRST_AUDIO: Final = "voice.client.first_audio"
SPAN_CLIENT_STALL: Final = "voice.client.stall"

METRIC_GEN_AI_CLIENT_OPERATION_DURATION: Final = "gen_ai.client.operation.duration"
METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK: Final = "gen_ai.client.operation.time_to_first_chunk"
METRIC_GEN_AI_CLIENT_TOKEN_USAGE: Final = "gen_ai.client.token.usage"
METRIC_GEN_AI_CLIENT_INFERENCE_DURATION: Final = "gen_ai.client.inference.duration"
METRIC_GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.client.inference.time_to_first_chunk"
METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS: Final = "gen_ai.client.inference.usage.input_tokens"
METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS: Final = "gen_ai.client.inference.usage.output_tokens"
METRIC_VOICE_STT_AUDIO_DURATION: Final = "voice.stt.audio.duration"
METRIC_VOICE_STT_FINALIZATION_DURATION: Final = "voice.stt.finalization.duration"
METRIC_VOICE_TTS_AUDIO_DURATION: Final = "voice.tts.audio.duration"
METRIC_VOICE_TTS_CHARACTERS: Final = "voice.tts.characters"
METRIC_VOICE_TTS_TIME_TO_FIRST_SOUND: Final = "voice.tts.time_to_first_sound"
METRIC_VOICE_TTS_REAL_TIME_FACTOR: Final = "voice.tts.real_time_factor"
METRIC_VOICE_TTS_UNDERRUNS: Final = "voice.tts.underruns"
METRIC_VOICE_COST: Final = "voice.cost"
METRIC_VOICE_TURN_RESPONSE_LATENCY: Final = "voice.turn.response.latency"
METRIC_VOICE_TURN_STAGE_DURATION: Final = "voice.turn.stage.duration"
METRIC_VOICE_TURN_INTERRUPTIONS: Final = "voice.turn.interruptions"
METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY: Final = "voice.turn.interruption.stop_latency"
METRIC_VOICE_STATE_TRANSITIONS: Final = "voice.state.transitions"
METRIC_VOICE_STATE_DURATION: Final = "voice.state.duration"
METRIC_VOICE_FALLBACKS: Final = "voice.fallbacks"
METRIC_VOICE_RETRIES: Final = "voice.retries"
METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION: Final = "voice.conversation.dead_air.duration"
METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD: Final = "voice.conversation.time_to_first_word"
METRIC_VOICE_CONVERSATION_ACTIVE: Final = "voice.conversation.active"
METRIC_VOICE_CONVERSATIONS: Final = "voice.conversations"
METRIC_VOICE_CONVERSATION_DURATION: Final = "voice.conversation.duration"
METRIC_VOICE_CONVERSATION_TURNS: Final = "voice.conversation.turns"
METRIC_VOICE_CONVERSATION_COST: Final = "voice.conversation.cost"
METRIC_VOICE_TIMER_DURATION: Final = "voice.timer.duration"
METRIC_VOICE_INTEGRATION_REQUESTS: Final = "voice.integration.requests"
METRIC_VOICE_INTEGRATION_DURATION: Final = "voice.integration.duration"
METRIC_VOICE_INTEGRATION_CIRCUIT: Final = "voice.integration.circuit"
METRIC_VOICE_TOOL_CALLS: Final = "voice.tool.calls"
METRIC_VOICE_TOOL_DURATION: Final = "voice.tool.duration"
METRIC_VOICE_MESSAGES: Final = "voice.messages"
METRIC_VOICE_CONVERSATION_CHANGES: Final = "voice.conversation.changes"
METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION: Final = "voice.conversation.first_response.duration"
METRIC_VOICE_CONVERSATION_RESOLUTION_DURATION: Final = "voice.conversation.resolution.duration"
METRIC_VOICE_QUEUE_DEPTH: Final = "voice.queue.depth"
METRIC_VOICE_AGENT_LOAD: Final = "voice.agent.load"
METRIC_VOICE_QUEUE_WAIT_DURATION: Final = "voice.queue.wait.duration"
METRIC_VOICE_AUTH_EVENTS: Final = "voice.auth.events"
METRIC_VOICE_APPOINTMENTS: Final = "voice.appointments"
METRIC_VOICE_QUALIFICATIONS: Final = "voice.qualifications"
METRIC_VOICE_HANDOFFS: Final = "voice.handoffs"
METRIC_VOICE_SENTIMENTS: Final = "voice.sentiments"
METRIC_VOICE_CSAT_SCORE: Final = "voice.csat.score"
METRIC_VOICE_LANGUAGES: Final = "voice.languages"
METRIC_VOICE_ERRORS: Final = "voice.errors"
METRIC_VOICE_ALERTS: Final = "voice.alerts"
METRIC_VOICE_AUDIT_UNWRITTEN: Final = "voice.audit.unwritten"
METRIC_VOICE_AUDIT_LOST: Final = "voice.audit.lost"
METRIC_VOICE_REDACTION_UNCHECKED: Final = "voice.redaction.unchecked"
METRIC_VOICE_PROCESS_UP: Final = "voice.process.up"
METRIC_VOICE_HEALTH_CHECK_STATUS: Final = "voice.health.check.status"
METRIC_VOICE_EVENT_LOOP_LAG: Final = "voice.event_loop.lag"
METRIC_VOICE_LOG_DROPPED: Final = "voice.log.dropped"

EVENT_VOICE_CONVERSATION_STARTED: Final = "voice.conversation.started"
EVENT_VOICE_CONVERSATION_ENDED: Final = "voice.conversation.ended"
EVENT_VOICE_TURN_COMPLETED: Final = "voice.turn.completed"
EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION: Final = "gen_ai.client.operation.exception"
EVENT_GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS: Final = "gen_ai.client.inference.operation.details"
EVENT_VOICE_TIMER_COMPLETED: Final = "voice.timer.completed"
EVENT_EXCEPTION: Final = "exception"
EVENT_VOICE_INTEGRATION_REQUEST: Final = "voice.integration.request"
EVENT_VOICE_INTEGRATION_SUCCESS: Final = "voice.integration.success"
EVENT_VOICE_INTEGRATION_FAILURE: Final = "voice.integration.failure"
EVENT_VOICE_INTEGRATION_TIMEOUT: Final = "voice.integration.timeout"
EVENT_VOICE_INTEGRATION_CANCELLED: Final = "voice.integration.cancelled"
EVENT_VOICE_INTEGRATION_CIRCUIT: Final = "voice.integration.circuit"
EVENT_VOICE_TOOL_CALLED: Final = "voice.tool.called"
EVENT_VOICE_TOOL_SUCCESS: Final = "voice.tool.success"
EVENT_VOICE_TOOL_FAILURE: Final = "voice.tool.failure"
EVENT_VOICE_TOOL_DENIED: Final = "voice.tool.denied"
EVENT_VOICE_TOOL_CONFIRMATION_REQUIRED: Final = "voice.tool.confirmation_required"
EVENT_VOICE_TOOL_CANCELLED: Final = "voice.tool.cancelled"
EVENT_VOICE_CONVERSATION_CREATED: Final = "voice.conversation.created"
EVENT_VOICE_CONVERSATION_ASSIGNED: Final = "voice.conversation.assigned"
EVENT_VOICE_CONVERSATION_TRANSFERRED: Final = "voice.conversation.transferred"
EVENT_VOICE_CONVERSATION_CLOSED: Final = "voice.conversation.closed"
EVENT_VOICE_CONVERSATION_REOPENED: Final = "voice.conversation.reopened"
EVENT_VOICE_CONVERSATION_FIRST_RESPONSE: Final = "voice.conversation.first_response"
EVENT_VOICE_CONVERSATION_RESOLVED: Final = "voice.conversation.resolved"
EVENT_VOICE_QUEUE_DEPTH: Final = "voice.queue.depth"
EVENT_VOICE_QUEUE_WAIT: Final = "voice.queue.wait"
EVENT_VOICE_AGENT_LOAD: Final = "voice.agent.load"
EVENT_VOICE_MESSAGE_RECEIVED: Final = "voice.message.received"
EVENT_VOICE_MESSAGE_SENT: Final = "voice.message.sent"
EVENT_VOICE_MESSAGE_DELIVERED: Final = "voice.message.delivered"
EVENT_VOICE_MESSAGE_FAILED: Final = "voice.message.failed"
EVENT_VOICE_AUTH_LOGIN: Final = "voice.auth.login"
EVENT_VOICE_AUTH_LOGOUT: Final = "voice.auth.logout"
EVENT_VOICE_AUTH_PERMISSION_DENIED: Final = "voice.auth.permission_denied"
EVENT_VOICE_APPOINTMENT_BOOKED: Final = "voice.appointment.booked"
EVENT_VOICE_APPOINTMENT_RESCHEDULED: Final = "voice.appointment.rescheduled"
EVENT_VOICE_APPOINTMENT_CANCELLED: Final = "voice.appointment.cancelled"
EVENT_VOICE_APPOINTMENT_MISSED: Final = "voice.appointment.missed"
EVENT_VOICE_APPOINTMENT_COMPLETED: Final = "voice.appointment.completed"
EVENT_VOICE_QUALIFICATION_COMPLETED: Final = "voice.qualification.completed"
EVENT_VOICE_HANDOFF_REQUESTED: Final = "voice.handoff.requested"
EVENT_VOICE_HANDOFF_COMPLETED: Final = "voice.handoff.completed"
EVENT_VOICE_HANDOFF_FAILED: Final = "voice.handoff.failed"
EVENT_VOICE_SENTIMENT_MEASURED: Final = "voice.sentiment.measured"
EVENT_VOICE_CSAT_RECEIVED: Final = "voice.csat.received"
EVENT_VOICE_LANGUAGE_DETECTED: Final = "voice.language.detected"
EVENT_VOICE_ALERT: Final = "voice.alert"
EVENT_VOICE_AUDIT_AUTHENTICATION: Final = "voice.audit.authentication"
EVENT_VOICE_AUDIT_TOKEN_GENERATION: Final = "voice.audit.token.generation"
EVENT_VOICE_AUDIT_PERMISSION_CHECK: Final = "voice.audit.permission.check"
EVENT_VOICE_AUDIT_DATA_ACCESS: Final = "voice.audit.data.access"
EVENT_VOICE_AUDIT_STATE_CHANGE: Final = "voice.audit.state.change"
EVENT_VOICE_AUDIT_TOOL_INVOCATION: Final = "voice.audit.tool.invocation"
EVENT_VOICE_AUDIT_INTEGRATION_CALL: Final = "voice.audit.integration.call"
EVENT_VOICE_SECURITY_AUTHENTICATION_FAILURE: Final = "voice.security.authentication.failure"
EVENT_VOICE_SECURITY_TOKEN_REJECTION: Final = "voice.security.token.rejection"
EVENT_VOICE_SECURITY_PERMISSION_DENIAL: Final = "voice.security.permission.denial"
EVENT_VOICE_SECURITY_RATE_LIMIT_VIOLATION: Final = "voice.security.rate_limit.violation"
EVENT_VOICE_EVENT_LOOP_BLOCKED: Final = "voice.event_loop.blocked"
EVENT_VOICE_CLIENT_ERROR: Final = "voice.client.error"
EVENT_VOICE_CLIENT_CONNECTION_LOST: Final = "voice.client.connection_lost"
EVENT_VOICE_CLIENT_TELEMETRY_DROPPED: Final = "voice.client.telemetry_dropped"

CONTENT_ATTRIBUTES: Final[frozenset[str]] = frozenset(
    {
        GEN_AI_TOOL_CALL_ARGUMENTS,
        GEN_AI_TOOL_CALL_RESULT,
        GEN_AI_INPUT_MESSAGES,
        GEN_AI_OUTPUT_MESSAGES,
        GEN_AI_SYSTEM_INSTRUCTIONS,
        VOICE_INTERRUPTION_HEARD_TEXT,
    }
)

BUCKETS: Final[Mapping[str, Sequence[float]]] = {
    "duration": (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    "tokens": (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864),
    "latency": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15),
    "stage": (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10),
    "audio": (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600),
    "ratio": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5),
    "characters": (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384),
    "lag": (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12),
    "call": (1, 5, 10, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200),
    "turns": (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120),
    "price": (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20),
    "waiting": (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400, 43200, 86400, 259200, 604800),
    "points": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
}

METRICS: Final[Mapping[str, Metric]] = {
    METRIC_GEN_AI_CLIENT_OPERATION_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Duration of a provider call, to its last chunk.",
        buckets=BUCKETS["duration"],
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
            "error.type",
        ),
        opt_in="",
    ),
    METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK: Metric(
        instrument="histogram",
        unit="s",
        description="Request to first chunk in the caller's hands, streamed calls.",
        buckets=BUCKETS["duration"],
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
        ),
        opt_in="",
    ),
    METRIC_GEN_AI_CLIENT_TOKEN_USAGE: Metric(
        instrument="histogram",
        unit="{token}",
        description="Tokens of a model call.",
        buckets=BUCKETS["tokens"],
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
            "gen_ai.token.type",
        ),
        opt_in="",
    ),
    METRIC_GEN_AI_CLIENT_INFERENCE_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="The new name of gen_ai.client.operation.duration for model calls.",
        buckets=BUCKETS["duration"],
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
            "error.type",
        ),
        opt_in="gen_ai_latest_experimental",
    ),
    METRIC_GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK: Metric(
        instrument="histogram",
        unit="s",
        description="The new name of gen_ai.client.operation.time_to_first_chunk for model calls.",
        buckets=BUCKETS["duration"],
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
        ),
        opt_in="gen_ai_latest_experimental",
    ),
    METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS: Metric(
        instrument="counter",
        unit="{token}",
        description="Input tokens.",
        buckets=(),
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
            "gen_ai.token.modality",
        ),
        opt_in="gen_ai_latest_experimental",
    ),
    METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS: Metric(
        instrument="counter",
        unit="{token}",
        description="Output tokens.",
        buckets=(),
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
            "gen_ai.token.modality",
        ),
        opt_in="gen_ai_latest_experimental",
    ),
    METRIC_VOICE_STT_AUDIO_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Seconds of audio transcribed.",
        buckets=BUCKETS["audio"],
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_STT_FINALIZATION_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="End of speech to final transcript.",
        buckets=BUCKETS["latency"],
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_TTS_AUDIO_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Seconds of audio synthesised.",
        buckets=BUCKETS["audio"],
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_TTS_CHARACTERS: Metric(
        instrument="counter",
        unit="{character}",
        description="Characters synthesised.",
        buckets=(),
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_TTS_TIME_TO_FIRST_SOUND: Metric(
        instrument="histogram",
        unit="s",
        description="Request to the first sound that is no silence, uncompressed audio.",
        buckets=BUCKETS["duration"],
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_TTS_REAL_TIME_FACTOR: Metric(
        instrument="histogram",
        unit="1",
        description="Seconds until the last audio for each second of audio.",
        buckets=BUCKETS["ratio"],
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_TTS_UNDERRUNS: Metric(
        instrument="counter",
        unit="{underrun}",
        description="Audio came slower than it plays: a player would have waited 20 ms or more.",
        buckets=(),
        labels=("gen_ai.provider.name", "gen_ai.request.model"),
        opt_in="",
    ),
    METRIC_VOICE_COST: Metric(
        instrument="counter",
        unit="{USD}",
        description="What is known to have been used, at list prices.",
        buckets=(),
        labels=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "server.address",
            "server.port",
        ),
        opt_in="",
    ),
    METRIC_VOICE_TURN_RESPONSE_LATENCY: Metric(
        instrument="histogram",
        unit="s",
        description="End of the user's speech to the first audio of the answer.",
        buckets=BUCKETS["latency"],
        labels=("voice.turn.speech_end.source", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_TURN_STAGE_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="The response latency taken apart; the stages of a turn sum to it.",
        buckets=BUCKETS["stage"],
        labels=("voice.turn.stage", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_TURN_INTERRUPTIONS: Metric(
        instrument="counter",
        unit="{interruption}",
        description="Answers cut short.",
        buckets=(),
        labels=("voice.interruption.source",),
        opt_in="",
    ),
    METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY: Metric(
        instrument="histogram",
        unit="s",
        description="The user begins to speak over the answer until the agent is silent.",
        buckets=BUCKETS["stage"],
        labels=("voice.interruption.source", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_STATE_TRANSITIONS: Metric(
        instrument="counter",
        unit="{transition}",
        description="The dialogue moved from one state to another.",
        buckets=(),
        labels=("voice.state.from", "voice.state.to"),
        opt_in="",
    ),
    METRIC_VOICE_STATE_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Time in a state of the dialogue.",
        buckets=BUCKETS["call"],
        labels=("voice.state.name",),
        opt_in="",
    ),
    METRIC_VOICE_FALLBACKS: Metric(
        instrument="counter",
        unit="{fallback}",
        description="The dialogue fell back.",
        buckets=(),
        labels=("voice.state.name", "voice.reason"),
        opt_in="",
    ),
    METRIC_VOICE_RETRIES: Metric(
        instrument="counter",
        unit="{retry}",
        description="Something was tried again.",
        buckets=(),
        labels=("voice.state.name", "voice.reason"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Neither spoke, from the first moment to hang-up.",
        buckets=BUCKETS["call"],
        labels=("voice.conversation.outcome", "voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD: Metric(
        instrument="histogram",
        unit="s",
        description="First moment to the first sound of the agent.",
        buckets=BUCKETS["latency"],
        labels=("voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_ACTIVE: Metric(
        instrument="updowncounter",
        unit="{conversation}",
        description="Conversations open now.",
        buckets=(),
        labels=("voice.conversation.channel",),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATIONS: Metric(
        instrument="counter",
        unit="{conversation}",
        description="Conversations ended.",
        buckets=(),
        labels=("voice.conversation.outcome", "voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="First moment to hang-up.",
        buckets=BUCKETS["call"],
        labels=("voice.conversation.outcome", "voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_TURNS: Metric(
        instrument="histogram",
        unit="{turn}",
        description="Turns of a conversation.",
        buckets=BUCKETS["turns"],
        labels=("voice.conversation.outcome", "voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_COST: Metric(
        instrument="histogram",
        unit="{USD}",
        description="A conversation's known cost, at list prices; one with nothing priced is not in it.",
        buckets=BUCKETS["price"],
        labels=("voice.conversation.outcome", "voice.conversation.channel", "voice.conversation.direction"),
        opt_in="",
    ),
    METRIC_VOICE_TIMER_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="What timer() is around.",
        buckets=BUCKETS["duration"],
        labels=("voice.timer.name", "error.type"),
        opt_in="",
    ),
    METRIC_VOICE_INTEGRATION_REQUESTS: Metric(
        instrument="counter",
        unit="{request}",
        description="Requests to other systems.",
        buckets=(),
        labels=("voice.integration.adapter", "voice.integration.operation", "voice.integration.outcome"),
        opt_in="",
    ),
    METRIC_VOICE_INTEGRATION_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Duration of a request to another system.",
        buckets=BUCKETS["duration"],
        labels=("voice.integration.adapter", "voice.integration.operation", "voice.integration.outcome", "error.type"),
        opt_in="",
    ),
    METRIC_VOICE_INTEGRATION_CIRCUIT: Metric(
        instrument="gauge",
        unit="{circuit}",
        description="0: requests pass, 1: one is tried, 2: they are refused.",
        buckets=(),
        labels=("voice.integration.adapter",),
        opt_in="",
    ),
    METRIC_VOICE_TOOL_CALLS: Metric(
        instrument="counter",
        unit="{call}",
        description="Tool calls.",
        buckets=(),
        labels=("gen_ai.tool.name", "voice.tool.outcome"),
        opt_in="",
    ),
    METRIC_VOICE_TOOL_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Duration of a tool call.",
        buckets=BUCKETS["duration"],
        labels=("gen_ai.tool.name", "voice.tool.outcome"),
        opt_in="",
    ),
    METRIC_VOICE_MESSAGES: Metric(
        instrument="counter",
        unit="{message}",
        description="Messages, once for each step of theirs.",
        buckets=(),
        labels=("voice.message.direction", "voice.message.channel", "voice.message.status"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_CHANGES: Metric(
        instrument="counter",
        unit="{change}",
        description="Conversations created, assigned, transferred, closed and reopened, as cases.",
        buckets=(),
        labels=("voice.conversation.status", "voice.conversation.channel", "voice.team.name"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Creation of a conversation to the first answer of its team.",
        buckets=BUCKETS["waiting"],
        labels=("voice.team.name", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_CONVERSATION_RESOLUTION_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="Creation of a conversation to its resolution.",
        buckets=BUCKETS["waiting"],
        labels=("voice.team.name", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_QUEUE_DEPTH: Metric(
        instrument="gauge",
        unit="{conversation}",
        description="Conversations that wait.",
        buckets=(),
        labels=("voice.queue.name",),
        opt_in="",
    ),
    METRIC_VOICE_AGENT_LOAD: Metric(
        instrument="gauge",
        unit="{conversation}",
        description="Conversations that a human agent has open.",
        buckets=(),
        labels=("voice.agent.name", "voice.team.name"),
        opt_in="",
    ),
    METRIC_VOICE_QUEUE_WAIT_DURATION: Metric(
        instrument="histogram",
        unit="s",
        description="How long a conversation waited.",
        buckets=BUCKETS["waiting"],
        labels=("voice.queue.name",),
        opt_in="",
    ),
    METRIC_VOICE_AUTH_EVENTS: Metric(
        instrument="counter",
        unit="{event}",
        description="Logins, logouts and permissions denied.",
        buckets=(),
        labels=("voice.auth.action", "voice.auth.outcome", "voice.auth.method"),
        opt_in="",
    ),
    METRIC_VOICE_APPOINTMENTS: Metric(
        instrument="counter",
        unit="{appointment}",
        description="Appointments, once for each step of theirs.",
        buckets=(),
        labels=("voice.appointment.status", "voice.appointment.service", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_QUALIFICATIONS: Metric(
        instrument="counter",
        unit="{qualification}",
        description="Leads judged.",
        buckets=(),
        labels=("voice.qualification.outcome", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_HANDOFFS: Metric(
        instrument="counter",
        unit="{handoff}",
        description="Hand-offs to a person, once for each step of theirs.",
        buckets=(),
        labels=("voice.handoff.status", "voice.team.name", "voice.reason"),
        opt_in="",
    ),
    METRIC_VOICE_SENTIMENTS: Metric(
        instrument="counter",
        unit="{measurement}",
        description="How customers feel.",
        buckets=(),
        labels=("voice.sentiment.label", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_CSAT_SCORE: Metric(
        instrument="histogram",
        unit="{point}",
        description="How satisfied customers say to be.",
        buckets=BUCKETS["points"],
        labels=("voice.team.name", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_LANGUAGES: Metric(
        instrument="counter",
        unit="{detection}",
        description="Languages that customers speak.",
        buckets=(),
        labels=("gen_ai.speech.input.language", "voice.conversation.channel"),
        opt_in="",
    ),
    METRIC_VOICE_ERRORS: Metric(
        instrument="counter",
        unit="{error}",
        description="Errors that record_error() told.",
        buckets=(),
        labels=("error.type", "voice.component"),
        opt_in="",
    ),
    METRIC_VOICE_ALERTS: Metric(
        instrument="counter",
        unit="{alert}",
        description="What alert() told, with what was held back as a repetition.",
        buckets=(),
        labels=("voice.alert.severity",),
        opt_in="",
    ),
    METRIC_VOICE_AUDIT_UNWRITTEN: Metric(
        instrument="counter",
        unit="{record}",
        description="Audit records that the spool did not take when they were made: a full disk. They are still sent.",
        buckets=(),
        labels=("voice.log.category",),
        opt_in="",
    ),
    METRIC_VOICE_AUDIT_LOST: Metric(
        instrument="counter",
        unit="{record}",
        description="Audit records that were neither written nor sent before memory for them ran out.",
        buckets=(),
        labels=("voice.log.category",),
        opt_in="",
    ),
    METRIC_VOICE_REDACTION_UNCHECKED: Metric(
        instrument="counter",
        unit="{item}",
        description="What could not be looked through for private data, and did not leave.",
        buckets=(),
        labels=("voice.redaction.subject", "error.type"),
        opt_in="",
    ),
    METRIC_VOICE_PROCESS_UP: Metric(
        instrument="gauge",
        unit="{process}",
        description="1 while the process runs, 0 in the last export of an end that was meant.",
        buckets=(),
        labels=(),
        opt_in="",
    ),
    METRIC_VOICE_HEALTH_CHECK_STATUS: Metric(
        instrument="gauge",
        unit="{check}",
        description="1 while the check passes, 0 while it fails; where health is on, or a check is registered.",
        buckets=(),
        labels=("voice.health.check.name", "voice.health.check.critical"),
        opt_in="",
    ),
    METRIC_VOICE_EVENT_LOOP_LAG: Metric(
        instrument="histogram",
        unit="s",
        description="An event loop is asked to call back until it does; where health or system metrics are on.",
        buckets=BUCKETS["lag"],
        labels=(),
        opt_in="",
    ),
    METRIC_VOICE_LOG_DROPPED: Metric(
        instrument="counter",
        unit="{record}",
        description="Log records that are lost: burst, queue_full, write_failed, export_failed, reentrant.",
        buckets=(),
        labels=("voice.log.category", "voice.reason"),
        opt_in="",
    ),
}

EVENTS: Final[Mapping[str, Event]] = {
    EVENT_VOICE_CONVERSATION_STARTED: Event(
        severity="INFO",
        category="app",
        attributes=("voice.conversation.id", "voice.conversation.origin"),
    ),
    EVENT_VOICE_CONVERSATION_ENDED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.outcome",
            "voice.conversation.turns",
            "voice.state.name",
            "voice.cost",
        ),
    ),
    EVENT_VOICE_TURN_COMPLETED: Event(
        severity="INFO",
        category="performance",
        attributes=(
            "voice.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "voice.turn.response.latency",
            "voice.turn.stage.endpointing",
            "voice.turn.stage.transcription",
            "voice.turn.stage.decision",
            "voice.turn.stage.inference",
            "voice.turn.stage.tools",
            "voice.turn.stage.aggregation",
            "voice.turn.stage.synthesis",
            "voice.turn.stage.playback",
            "voice.turn.stage.unattributed",
            "voice.turn.interrupted",
            "voice.turn.cost",
            "voice.turn.errors",
        ),
    ),
    EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION: Event(
        severity="WARN",
        category="error",
        attributes=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "error.type",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ),
    ),
    EVENT_GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS: Event(
        severity="DEBUG",
        category="app",
        attributes=(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.input.messages",
            "gen_ai.output.messages",
            "gen_ai.system_instructions",
            "gen_ai.tool.call.arguments",
            "gen_ai.tool.call.result",
        ),
    ),
    EVENT_VOICE_TIMER_COMPLETED: Event(
        severity="INFO",
        category="performance",
        attributes=("voice.timer.name", "voice.timer.duration", "error.type"),
    ),
    EVENT_EXCEPTION: Event(
        severity="ERROR",
        category="error",
        attributes=("error.type", "exception.type", "exception.message", "exception.stacktrace", "voice.component"),
    ),
    EVENT_VOICE_INTEGRATION_REQUEST: Event(
        severity="INFO",
        category="app",
        attributes=("voice.integration.adapter", "voice.integration.operation"),
    ),
    EVENT_VOICE_INTEGRATION_SUCCESS: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.integration.outcome",
            "voice.integration.adapter",
            "voice.integration.operation",
            "voice.integration.duration",
        ),
    ),
    EVENT_VOICE_INTEGRATION_FAILURE: Event(
        severity="WARN",
        category="error",
        attributes=(
            "voice.integration.outcome",
            "voice.integration.adapter",
            "voice.integration.operation",
            "voice.integration.duration",
            "error.type",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ),
    ),
    EVENT_VOICE_INTEGRATION_TIMEOUT: Event(
        severity="WARN",
        category="error",
        attributes=(
            "voice.integration.outcome",
            "voice.integration.adapter",
            "voice.integration.operation",
            "voice.integration.duration",
            "error.type",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ),
    ),
    EVENT_VOICE_INTEGRATION_CANCELLED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.integration.outcome",
            "voice.integration.adapter",
            "voice.integration.operation",
            "voice.integration.duration",
        ),
    ),
    EVENT_VOICE_INTEGRATION_CIRCUIT: Event(
        severity="INFO",
        category="app",
        attributes=("voice.integration.adapter", "voice.integration.circuit.state"),
    ),
    EVENT_VOICE_TOOL_CALLED: Event(
        severity="INFO",
        category="app",
        attributes=("gen_ai.tool.name", "gen_ai.tool.call.id"),
    ),
    EVENT_VOICE_TOOL_SUCCESS: Event(
        severity="INFO",
        category="app",
        attributes=("voice.tool.outcome", "gen_ai.tool.name", "gen_ai.tool.call.id", "voice.tool.duration"),
    ),
    EVENT_VOICE_TOOL_FAILURE: Event(
        severity="WARN",
        category="error",
        attributes=(
            "voice.tool.outcome",
            "gen_ai.tool.name",
            "gen_ai.tool.call.id",
            "voice.tool.duration",
            "error.type",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ),
    ),
    EVENT_VOICE_TOOL_DENIED: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.tool.outcome",
            "gen_ai.tool.name",
            "gen_ai.tool.call.id",
            "voice.tool.duration",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_TOOL_CONFIRMATION_REQUIRED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.tool.outcome",
            "gen_ai.tool.name",
            "gen_ai.tool.call.id",
            "voice.tool.duration",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_TOOL_CANCELLED: Event(
        severity="INFO",
        category="app",
        attributes=("voice.tool.outcome", "gen_ai.tool.name", "gen_ai.tool.call.id", "voice.tool.duration"),
    ),
    EVENT_VOICE_CONVERSATION_CREATED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.conversation.direction",
        ),
    ),
    EVENT_VOICE_CONVERSATION_ASSIGNED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.assignee.id",
        ),
    ),
    EVENT_VOICE_CONVERSATION_TRANSFERRED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.team.previous",
            "voice.assignee.id",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_CONVERSATION_CLOSED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.conversation.resolution",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_CONVERSATION_REOPENED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_CONVERSATION_FIRST_RESPONSE: Event(
        severity="INFO",
        category="performance",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.conversation.first_response.duration",
        ),
    ),
    EVENT_VOICE_CONVERSATION_RESOLVED: Event(
        severity="INFO",
        category="performance",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.conversation.resolution.duration",
            "voice.conversation.resolution",
        ),
    ),
    EVENT_VOICE_QUEUE_DEPTH: Event(
        severity="INFO",
        category="performance",
        attributes=("voice.queue.name", "voice.queue.depth"),
    ),
    EVENT_VOICE_QUEUE_WAIT: Event(
        severity="INFO",
        category="performance",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.queue.name",
            "voice.queue.wait.duration",
        ),
    ),
    EVENT_VOICE_AGENT_LOAD: Event(
        severity="INFO",
        category="performance",
        attributes=("voice.agent.name", "voice.team.name", "voice.agent.load"),
    ),
    EVENT_VOICE_MESSAGE_RECEIVED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.message.status",
            "voice.conversation.id",
            "voice.message.id",
            "voice.message.direction",
            "voice.message.channel",
            "voice.message.length",
        ),
    ),
    EVENT_VOICE_MESSAGE_SENT: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.message.status",
            "voice.conversation.id",
            "voice.message.id",
            "voice.message.direction",
            "voice.message.channel",
            "voice.message.length",
        ),
    ),
    EVENT_VOICE_MESSAGE_DELIVERED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.message.status",
            "voice.conversation.id",
            "voice.message.id",
            "voice.message.direction",
            "voice.message.channel",
            "voice.message.length",
        ),
    ),
    EVENT_VOICE_MESSAGE_FAILED: Event(
        severity="WARN",
        category="error",
        attributes=(
            "voice.message.status",
            "voice.conversation.id",
            "voice.message.id",
            "voice.message.direction",
            "voice.message.channel",
            "voice.message.length",
            "error.type",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_AUTH_LOGIN: Event(
        severity="INFO",
        category="security",
        attributes=("voice.auth.action", "user.id", "voice.auth.method", "voice.auth.outcome", "voice.reason"),
    ),
    EVENT_VOICE_AUTH_LOGOUT: Event(
        severity="INFO",
        category="security",
        attributes=("voice.auth.action", "user.id", "voice.auth.method"),
    ),
    EVENT_VOICE_AUTH_PERMISSION_DENIED: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.auth.action",
            "voice.auth.outcome",
            "user.id",
            "voice.auth.method",
            "voice.auth.resource",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_APPOINTMENT_BOOKED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.appointment.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.appointment.id",
            "voice.appointment.service",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_APPOINTMENT_RESCHEDULED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.appointment.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.appointment.id",
            "voice.appointment.service",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_APPOINTMENT_CANCELLED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.appointment.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.appointment.id",
            "voice.appointment.service",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_APPOINTMENT_MISSED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.appointment.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.appointment.id",
            "voice.appointment.service",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_APPOINTMENT_COMPLETED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.appointment.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.appointment.id",
            "voice.appointment.service",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_QUALIFICATION_COMPLETED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.qualification.outcome",
            "voice.qualification.score",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_HANDOFF_REQUESTED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.handoff.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_HANDOFF_COMPLETED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.handoff.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_HANDOFF_FAILED: Event(
        severity="WARN",
        category="app",
        attributes=(
            "voice.handoff.status",
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.team.name",
            "voice.reason",
        ),
    ),
    EVENT_VOICE_SENTIMENT_MEASURED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "voice.sentiment.label",
            "voice.sentiment.score",
        ),
    ),
    EVENT_VOICE_CSAT_RECEIVED: Event(
        severity="INFO",
        category="app",
        attributes=("voice.conversation.id", "voice.conversation.channel", "voice.team.name", "voice.csat.score"),
    ),
    EVENT_VOICE_LANGUAGE_DETECTED: Event(
        severity="INFO",
        category="app",
        attributes=(
            "voice.conversation.id",
            "voice.conversation.channel",
            "gen_ai.speech.input.language",
            "voice.language.confidence",
        ),
    ),
    EVENT_VOICE_ALERT: Event(
        severity="WARN",
        category="error",
        attributes=(
            "voice.alert.severity",
            "voice.alert.title",
            "voice.alert.message",
            "voice.alert.metric",
            "voice.alert.value",
            "voice.alert.threshold",
            "voice.alert.suppressed",
        ),
    ),
    EVENT_VOICE_AUDIT_AUTHENTICATION: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_TOKEN_GENERATION: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_PERMISSION_CHECK: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_DATA_ACCESS: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_STATE_CHANGE: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_TOOL_INVOCATION: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_AUDIT_INTEGRATION_CALL: Event(
        severity="INFO",
        category="audit",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_SECURITY_AUTHENTICATION_FAILURE: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_SECURITY_TOKEN_REJECTION: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_SECURITY_PERMISSION_DENIAL: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_SECURITY_RATE_LIMIT_VIOLATION: Event(
        severity="WARN",
        category="security",
        attributes=(
            "voice.audit.stream",
            "voice.audit.sequence",
            "voice.audit.previous_hash",
            "voice.audit.hash",
            "voice.audit.actor",
            "voice.audit.subject",
            "voice.conversation.id",
            "gen_ai.conversation.id",
            "voice.turn.id",
            "voice.turn.index",
            "session.id",
            "user.id",
        ),
    ),
    EVENT_VOICE_EVENT_LOOP_BLOCKED: Event(
        severity="WARN",
        category="performance",
        attributes=(
            "voice.event_loop.block.duration",
            "voice.event_loop.blocks.untold",
            "thread.name",
            "code.stacktrace",
        ),
    ),
    EVENT_VOICE_CLIENT_ERROR: Event(
        severity="ERROR",
        category="error",
        attributes=(
            "voice.conversation.id",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
            "voice.client.error.source",
            "voice.client.error.suppressed",
        ),
    ),
    EVENT_VOICE_CLIENT_CONNECTION_LOST: Event(
        severity="WARN",
        category="app",
        attributes=("voice.conversation.id", "network.protocol.name", "voice.client.close.code"),
    ),
    EVENT_VOICE_CLIENT_TELEMETRY_DROPPED: Event(
        severity="WARN",
        category="app",
        attributes=("voice.client.dropped",),
    ),
}
