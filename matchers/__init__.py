"""Which company is this, and which company is this text about: normalising, blocking, comparing, deciding, explaining."""

from __future__ import annotations

from matchers.index import NameIndex
from matchers.link import link_account
from matchers.names import Name, parse

__all__ = ["Name", "NameIndex", "link_account", "parse"]
