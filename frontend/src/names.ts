// Generated from otel_voice/schema by `make docs`; do not edit.

export const SPAN_CLIENT_CALL = "voice.client.call";
export const SPAN_CLIENT_MICROPHONE = "voice.client.microphone";
export const SPAN_CLIENT_CONNECT = "voice.client.connect";
export const SPAN_CLIENT_FIRST_AUDIO = "voice.client.first_audio";
export const SPAN_CLIENT_STALL = "voice.client.stall";

export const EVENT_VOICE_CLIENT_ERROR = "voice.client.error";
export const EVENT_VOICE_CLIENT_CONNECTION_LOST = "voice.client.connection_lost";
export const EVENT_VOICE_CLIENT_TELEMETRY_DROPPED = "voice.client.telemetry_dropped";

export const GEN_AI_CONVERSATION_ID = "gen_ai.conversation.id";
export const SERVER_ADDRESS = "server.address";
export const SERVER_PORT = "server.port";
export const ERROR_TYPE = "error.type";
export const EXCEPTION_TYPE = "exception.type";
export const EXCEPTION_MESSAGE = "exception.message";
export const EXCEPTION_STACKTRACE = "exception.stacktrace";
export const SESSION_ID = "session.id";
export const USER_ID = "user.id";
export const VOICE_INTERRUPTED = "voice.interrupted";
export const VOICE_CONVERSATION_ID = "voice.conversation.id";
export const VOICE_LOG_CATEGORY = "voice.log.category";
export const NETWORK_PROTOCOL_NAME = "network.protocol.name";
export const VOICE_CLIENT_OUTCOME = "voice.client.outcome";
export const VOICE_CLIENT_STALLS = "voice.client.stalls";
export const VOICE_CLIENT_MICROPHONE_PERMISSION = "voice.client.microphone.permission";
export const VOICE_CLIENT_CLOSE_CODE = "voice.client.close.code";
export const VOICE_CLIENT_PLAYBACK_SOURCE = "voice.client.playback.source";
export const VOICE_CLIENT_STALL_REASON = "voice.client.stall.reason";
export const VOICE_CLIENT_ERROR_SOURCE = "voice.client.error.source";
export const VOICE_CLIENT_ERROR_SUPPRESSED = "voice.client.error.suppressed";
export const VOICE_CLIENT_DROPPED = "voice.client.dropped";
