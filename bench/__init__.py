"""Repeatable measurements against peers and limits. `python -m bench [NAME…]`; results go to bench/results."""
