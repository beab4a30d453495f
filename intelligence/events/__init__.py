"""Which business events a text tells, in English and Chinese, each with its status, slots and reasons.

Rules are data (`data/rules/*.yml`); a small linear model weighs them together with hashed n-grams (`data/model.npz`,
made by `python -m intelligence.events.train`). `classify` is the entry point.
"""
