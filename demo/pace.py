"""How lively a company is: firms do not change alike, and a world in which they did would teach nothing.

Small and young firms move, rename and re-staff more often than large and old ones, and beyond that each is itself: the
pace is log-normal around its kind's, with a mean near 1 over the world.
"""

from __future__ import annotations

import math

from demo.companies import Firm
from demo.words import dice

#: Spread of the paces within a kind (sigma of the logarithm); 1 makes the liveliest tenth about ten times the stillest.
SPREAD = 1.0
_YOUNG, _SMALL, _LARGE = 2012, 50, 500


def pace_of(firm: Firm, seed: int) -> float:
    """How many times more often than the average company this one changes; the same on every night."""
    kind = 1.3 if firm.founded >= _YOUNG else 0.8
    kind *= 1.3 if firm.employees < _SMALL else 0.6 if firm.employees >= _LARGE else 1.0
    own = dice(seed, "pace", firm.number).gauss(0, SPREAD)
    return kind * math.exp(own - SPREAD**2 / 2)
