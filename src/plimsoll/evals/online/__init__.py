"""Live requests, judged after they were answered. Only `evals` imports these files; see `scoring`."""
