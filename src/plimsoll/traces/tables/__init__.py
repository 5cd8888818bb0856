"""The tables of the traces and every statement over them. Only this room reads or writes them."""
