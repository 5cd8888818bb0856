"""The prompts of a project: every version that was used, and those that a model proposes."""
