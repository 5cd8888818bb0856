"""Who is calling, and how much they may use: access keys, the principals they stand for, and allowances.

The server asks `Keys` for every request beyond this machine and `Allowances` for what a call is held to; the command
line changes both. This room enforces nothing: limits and budgets are the gateway's. A key's text is never stored.
"""

from plimsoll.access.allowances import Allowances
from plimsoll.access.keys import SCOPES, KeyRecord, Keys, NewKey

__all__ = ["SCOPES", "Allowances", "KeyRecord", "Keys", "NewKey"]
