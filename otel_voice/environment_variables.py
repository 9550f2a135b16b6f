"""The names `opentelemetry-instrument` turns into flags: OTEL_VOICE_TRACE_SCOPE is --voice_trace_scope."""

from otel_voice.settings import PREFIX, VARIABLES

# Names that other packages list too would make the command's argument parser fail.
globals().update({variable.name: variable.name for variable in VARIABLES if variable.name.startswith(PREFIX)})
