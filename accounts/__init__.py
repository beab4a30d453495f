"""The vocabulary every floor shares: data model, field catalogue, configuration, errors, clock.

Imports nothing of ours. State reaches the peers through `accounts.protocols`.
"""
