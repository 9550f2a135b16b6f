"""The command as the tests of the command line run it."""

from tests.cli.conftest import command, environment, otel_voice

__all__ = ["command", "environment", "otel_voice"]
