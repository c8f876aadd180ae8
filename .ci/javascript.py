"""Starts the broker alone and runs the smoke script of Microsoft's JavaScript SDK against it. Usage: FOLDER."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Exit code of the smoke script."""
    folder = Path(sys.argv[1])
    entities = folder / "entities.json"
    file = entities if entities.exists() else ROOT / "infra" / "servicebus.json"
    command = [sys.executable, "-m", "local.broker", "--entities", str(file), "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as broker:
        assert broker.stdout is not None
        assert broker.stdin is not None
        ready = json.loads(broker.stdout.readline())
        code = subprocess.run(
            ["node", "smoke.mjs", ready["servicebus"]], cwd=folder, timeout=120, check=False
        ).returncode
        broker.stdin.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
