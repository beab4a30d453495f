"""Simulated CRMs over HTTP on loopback: stateful, with users, field history and faults on demand.

They stand in `demo`, which the connectors cannot import and which cannot import the connectors: a double that shared code with what
it tests would share its mistakes. One module a kind, with a class decorated `@simulator("kind")`.
"""
