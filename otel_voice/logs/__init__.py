"""Log records of the program on their way to OpenTelemetry, to the console and to files.

stdlib, loguru, structlog -> intake (which, how many) -> translation (redacted) -> OTLP
                                                                                -> files
"""
