"""The implementations of `Provider`: one file each. The gateway's root exports them."""
