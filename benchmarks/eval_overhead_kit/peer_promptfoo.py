"""promptfoo: a JavaScript provider that answers at once, its `equals`, its own database.

Run by the same Python as the benchmark: it writes promptfoo's files and starts it, and promptfoo's time is its child's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

_PROVIDER = """
module.exports = class {
  id() { return 'atonce'; }
  async callApi(prompt) { return { output: `answer to ${prompt}` }; }
};
"""


def main(path: str, at_once: str, folder: str) -> None:
    """Evaluate, and print how many passed."""
    place = Path(folder)
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    tests = [{"vars": {"q": row["asked"]}, "assert": [{"type": "equals", "value": row["expected"]}]} for row in rows]
    (place / "provider.js").write_text(_PROVIDER, encoding="utf-8")
    config = {"prompts": ["{{q}}"], "providers": ["file://provider.js"], "tests": tests}
    (place / "promptfooconfig.json").write_text(json.dumps(config), encoding="utf-8")
    quiet = {f"PROMPTFOO_DISABLE_{name}": "1" for name in ("TELEMETRY", "UPDATE", "REMOTE_GENERATION")}
    environment = os.environ | quiet | {"PROMPTFOO_CONFIG_DIR": str(place / "kept")}
    command = [os.environ["PROMPTFOO"], "eval", "-c", "promptfooconfig.json", "--no-cache", "-j", at_once, "--no-table"]
    command += ["--no-progress-bar", "-o", "out.json"]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)  # it exits with 100
    stats = json.loads((place / "out.json").read_text(encoding="utf-8"))["results"]["stats"]
    sys.stdout.write(json.dumps({"passed": stats["successes"]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
