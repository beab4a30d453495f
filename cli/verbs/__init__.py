"""The verbs. Each module holds one click command named `command`, and imports nothing heavy at its head."""
