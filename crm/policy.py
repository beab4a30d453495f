"""Decides, for one field of one account, what to do about what we now hold true. Pure; the heart of the promise.

`decide` is asked once for every field that has a column or evidence, and answers with a `Change`: a verdict, a code
for machines and a reason in words for people. The rules, in the order in which they are asked (the first that
speaks, wins):

1.  no column, no evidence                        → hold / nothing
2.  the CRM's value equals any observed one       → confirm; never rewritten into another format
3.  policy `never`, lock, record hold             → hold
4.  a person turned this very proposal down       → hold, until the evidence names another value
5.  a steward accepted this very proposal         → write, unless the value was overruled since
6.  blank: a person cleared it                    → hold; else evidence good enough → fill, else review
7.  policy `fill_blank`                           → hold
8.  policy `overwrite_always`, evidence good      → write
9.  ours and untouched, evidence good             → renew (sensitive fields: review)
10. a person's, within the field's human hold     → review, both values, never written
11. not stale, or of unknown age                  → review where the evidence is above the bar, else nothing
12. evidence below the bar, unsure link, two sources of equal weight that differ, sensitive field → review
13. expired, invalid or contradicted              → replace
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.account import Account, FieldHistory
from accounts.catalogue import FieldSpec
from accounts.change import Standing
from accounts.golden import GoldenValue, Staleness
from accounts.link import Link


@dataclass(frozen=True, slots=True)
class FieldView:
    """Everything `decide` may look at: one field of one account at one time.

    `column` is the CRM's name of the field, None where it has none. `current` is the CRM's own text (None where
    blank) and `current_key` its identity under the account's hints. `history` says who put it there and when, best
    evidence first (`crm.history.history_of`). `link` is the least sure link the golden value rests on, None where
    the account itself names the source. `weight` is the account's value, 1 being ordinary. Times in UTC.
    """

    account: Account
    spec: FieldSpec
    column: str | None
    current: str | None
    current_key: str
    golden: GoldenValue | None
    staleness: Staleness | None
    history: FieldHistory
    standing: Standing
    now: datetime
    link: Link | None = None
    weight: float = 1.0
