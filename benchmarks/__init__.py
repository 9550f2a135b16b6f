"""What otel_voice costs, measured in ratios against bare OpenTelemetry in the same run."""
