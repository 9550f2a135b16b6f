"""Real servers on loopback whose connections are calls, and which ask the simulators of providers."""
