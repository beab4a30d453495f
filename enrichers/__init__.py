"""How we read the world: polite fetching, pages, and one file a source.

Sources lie under `firmographic/`, `technographic/`, `news/`, `hiring/` and `registry/`; `enrichers.registry`
finds them, those in the tree and those of the entry-point group `evergreen.sources`.
"""
