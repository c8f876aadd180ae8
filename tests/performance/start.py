"""How long the import of the app takes, against what Microsoft's own part of it takes.

`python -m tests.performance.start`: new processes in turn, so that whatever else the machine does meets all alike; the
median of each, and its ratio to `import azure.functions`, which no Python function app starts without.
"""

import statistics
import subprocess
import sys

ROUNDS = 15
AT_MOST = 2.0
BASE = "import azure.functions"
START = "import function_app"
FIRST = "import function_app, shared.pipeline.runner, shared.composition.assembly"
IMPORTS = {BASE: "what every app needs", START: "a new instance", FIRST: "and its first stage, before any adapter"}
TIMED = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def seconds(statement: str) -> float:
    """Of one import in a process of its own, without the start of Python itself."""
    ran = subprocess.run([sys.executable, "-c", TIMED.format(statement)], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def main() -> int:
    """Prints the table; 1 if the start costs more than it may."""
    for statement in IMPORTS:
        seconds(statement)  # writes the compiled files
    found: dict[str, list[float]] = {statement: [] for statement in IMPORTS}
    for _ in range(ROUNDS):
        for statement, times in found.items():
            times.append(seconds(statement))
    medians = {statement: statistics.median(times) for statement, times in found.items()}
    for statement, what in IMPORTS.items():
        ratio = medians[statement] / medians[BASE]
        sys.stdout.write(f"{medians[statement]:7.3f} s  {ratio:5.2f} x  {what}: {statement}\n")
    return int(medians[START] / medians[BASE] > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
