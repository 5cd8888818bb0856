"""Saying replies and streams in a wire's words: one file a wire. The wire's root exports what others use."""
