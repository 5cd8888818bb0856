"""Bringing documents into a corpus: compare, parse, cut, embed, commit, and say what became of each."""
