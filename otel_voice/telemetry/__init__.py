"""How it is said: records become spans, metrics and log events. The only room that knows the names."""
