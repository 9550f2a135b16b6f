"""Who is talking: conversations, turns, and to which of them an operation belongs. Standard library only."""
