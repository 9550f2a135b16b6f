"""Conversations that a provider tells of afterwards: their documents, read into the records and turns of everything."""
