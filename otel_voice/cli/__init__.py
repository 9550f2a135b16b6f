"""The `otel-voice` command."""
