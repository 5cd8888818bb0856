"""One file a step: its name is its revision, and each names the step before it."""
