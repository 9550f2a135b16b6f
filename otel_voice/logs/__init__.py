"""Log records of the program on their way to OpenTelemetry."""
