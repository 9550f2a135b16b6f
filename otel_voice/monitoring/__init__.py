"""What the stack shows, computes and tells: dashboards, recording rules, alerts, and who hears of them.

Everything here is text that is rendered from the schema's names and one file of values, `collector/alerts.yaml`:
by `make docs` into the files that the repository ships, by `otel-voice stack init` with the values of its owner.
"""
