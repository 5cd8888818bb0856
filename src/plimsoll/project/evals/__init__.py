"""The evaluations of a project: runs of datasets, the gate, judges, adoption of models, attacks."""
