"""The state tables, one folder of numbered steps."""
