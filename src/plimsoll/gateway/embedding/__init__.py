"""Vectors of many callers: requests joined into batches of the provider's size, and texts that were embedded before."""
