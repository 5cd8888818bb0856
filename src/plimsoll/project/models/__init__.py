"""The models of a project: which are chosen, reached with which client, at which price, and what processes share."""
