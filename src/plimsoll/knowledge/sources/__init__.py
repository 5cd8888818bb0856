"""Where documents come from: what there is to read, and what has changed since."""
