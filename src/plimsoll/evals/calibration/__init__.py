"""How far judges can be trusted, and whether they still can. Only `evals` imports these files; see `calibration`."""
