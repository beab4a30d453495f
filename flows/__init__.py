"""Where the peers meet: plain functions for the nightly run, apply and undo, and thin Prefect wrappers over them.

Only `flows/prefect_*.py` imports Prefect, and only when a Prefect run is asked for.
"""
