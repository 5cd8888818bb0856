"""How each kind of feature comes to its draft of an answer; called by the runner, one file a kind."""
