"""The traces tables, one folder of numbered steps."""
