"""What is installed on this machine, and whether otel_voice can observe it. Nothing is changed by looking."""
