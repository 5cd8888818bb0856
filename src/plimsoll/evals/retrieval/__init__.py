"""Retrieval, evaluated apart from generation. Only this folder's files import from each other; see `retrieval_run`."""
