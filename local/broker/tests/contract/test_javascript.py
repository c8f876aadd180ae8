"""A round with the JavaScript client, whose wire differs from Python's in many small ways. Needs node and npm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from local.broker.entities.file import parse_entities
from local.broker.server import BrokerServer

SOURCE = Path(__file__).parent / "javascript"
ENTITIES = {
    "queues": [{"name": "smoke", "properties": {"maxDeliveryCount": 2}}],
    "topics": [{"name": "smoke-events", "subscriptions": [{"name": "a"}, {"name": "b"}]}],
}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.timeout(300)
def test_a_round_with_the_javascript_client(tmp_path: Path) -> None:
    for name in ("package.json", "smoke.mjs"):
        shutil.copy(SOURCE / name, tmp_path)
    npm, node = shutil.which("npm"), shutil.which("node")
    assert npm is not None
    assert node is not None
    install = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=tmp_path, capture_output=True, text=True
    )
    assert install.returncode == 0, install.stderr
    with BrokerServer(parse_entities(ENTITIES)) as broker:
        run = subprocess.run(
            [node, "smoke.mjs", broker.connection_string], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
    assert run.returncode == 0, run.stdout + run.stderr
