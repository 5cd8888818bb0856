"""A project in a folder: its settings, its features, and every operation on it, once.

The command line, the server and the console call what stands here and nothing below it.
"""
