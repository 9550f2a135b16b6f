"""What a program says of its own work: events, timers, integrations, tools, messages, errors and alerts."""
