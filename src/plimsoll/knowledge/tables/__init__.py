"""The truth about what corpora know: tables of the state store, and every query on them. Only this room uses them."""
