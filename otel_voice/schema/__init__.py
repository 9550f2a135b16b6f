"""What is emitted, declared once, in YAML; the names and the reference are generated from it."""
