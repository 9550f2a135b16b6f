"""How telemetry leaves the process: defaults, checked settings, visible failures, a bounded exit."""
