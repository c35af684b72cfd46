"""When a row of the ledgers deserves a second look (DOMAIN §§2–6), as conditions of its QuerySet.

`for_checkup(on)` annotates what the conditions need; each condition is a Q over it, so that one query may ask all of
them of many rows. Unknown is never wrong: a missing date makes no condition true but the one that asks for it.
"""

from .bodies import BodyChecks
from .branches import BranchChecks
from .members import MemberChecks

__all__ = ["BodyChecks", "BranchChecks", "MemberChecks"]
