"""Money: reserved before a call, settled after it, and read back as totals.

`Gateway` holds one `SpendLedger` a process; project operations read `Spend`. Whose budget it is comes in as
`Allowance` records; what a call costs comes in with its entry. Requests and tokens are limited in `gateway/limits`.
"""

from plimsoll.gateway.spend.entry import LedgerHealth, Reservation, SpendEntry
from plimsoll.gateway.spend.ledger import SpendLedger
from plimsoll.gateway.spend.totals import BudgetStanding, Spend, SpendBy, SpendTotal

__all__ = [
    "BudgetStanding",
    "LedgerHealth",
    "Reservation",
    "Spend",
    "SpendBy",
    "SpendEntry",
    "SpendLedger",
    "SpendTotal",
]
