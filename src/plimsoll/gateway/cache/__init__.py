"""Answers given before: whole replies under an exact key, replies to questions that mean the same, calls in flight."""
