"""The embedded model: where it lies, how it is installed, and how texts become vectors on this machine.

The rest of the gateway and, through the gateway's root, `knowledge` and `cli` use it. It asks no provider anything and
reaches the network only when someone types the command that installs the model.
"""
