"""The embedded default: an OTLP receiver, an SQLite store and the terminal views, with no Docker and no account."""
