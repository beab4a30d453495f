"""Field types: what a text of a kind means, when two are the same, and what is wrong with one.

Everything that compares, checks or writes a value asks here, so that the CRM's text, a page's text
and a registry's text of the same phone, country or name meet in one canonical form.
"""

from __future__ import annotations

from accounts.values.base import Hints, ValueType, no_hints
from accounts.values.registry import VALUE_TYPES, value_type

__all__ = ["VALUE_TYPES", "Hints", "ValueType", "no_hints", "value_type"]
