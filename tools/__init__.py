"""The project's own tools: what is generated, and the matrix of provider versions."""
