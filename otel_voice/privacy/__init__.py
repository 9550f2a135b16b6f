"""What must not leave the process, and what stands in its place. Standard library only."""
