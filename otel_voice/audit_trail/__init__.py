"""The audit trail: records chained by their hashes, kept on disk before the call returns, sent in order, verified."""
