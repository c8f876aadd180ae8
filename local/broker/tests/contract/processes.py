"""Brokers as processes, for tests that kill them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
QUEUES = {
    "queues": [
        {"name": "work", "properties": {"lockDuration": "PT5M", "maxDeliveryCount": 3}},
        {"name": "once", "properties": {"requiresDuplicateDetection": True}},
    ]
}


class BrokerProcess:
    """One run of `python -m local.broker` on a data folder."""

    def __init__(self, folder: Path, *arguments: str, entities: Any = QUEUES) -> None:
        file = folder / "entities.json"
        file.write_text(json.dumps(entities), encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.broker", "--entities", str(file), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> dict[str, Any]:
        """The line that says that clients can come; empty if the broker ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return dict(json.loads(line)) if line else {}

    def __enter__(self) -> BrokerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> tuple[int, str]:
        """Wait for the end; exit code and what was said on standard error."""
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors
