"""Real sessions of frameworks, with real plugins, against the simulators: no server, no account."""
