"""How long traces stay: by age, by size, whole traces only, in steps so small that no write waits for them.

`Traces.prune` calls it; `project` calls that, as the settings or a person say.
"""

from plimsoll.traces.retention.keep import Keep, Pruned
from plimsoll.traces.retention.pruning import Pruning
from plimsoll.traces.retention.thinning import Sampling, Thinning

__all__ = ["Keep", "Pruned", "Pruning", "Sampling", "Thinning"]
