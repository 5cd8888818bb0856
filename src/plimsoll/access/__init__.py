"""Who is calling: access keys and the principals they stand for.

The server asks `Keys.verify` for every request beyond this machine; the command line makes and revokes keys. A key's
text is shown once and never stored. This room decides nothing about budgets or documents.
"""

from plimsoll.access.keys import SCOPES, KeyRecord, Keys, NewKey

__all__ = ["SCOPES", "KeyRecord", "Keys", "NewKey"]
