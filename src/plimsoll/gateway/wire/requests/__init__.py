"""Saying a request in another wire's words. The wire's root exports what others use."""
