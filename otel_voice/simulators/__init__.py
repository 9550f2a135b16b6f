"""Loopback servers that speak the providers' wire protocols, for the demo and the tests."""
