"""The CRMs and the write-back engine: pull, describe, decide, apply, read back, undo.

One file a CRM (`crm/file.py`, …), found through `crm.registry`; the engine (`policy`, `plan`, `merge`, `apply`,
`undo`) knows only the protocol in `crm.base` and the ledger protocol in `accounts.protocols`.
"""
