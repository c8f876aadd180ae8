"""Azurite's blob service as a child of the test run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from local.stack.azurite import ACCOUNT, accounts, find_azurite, new_key
from local.stack.errors import StackError


def running_blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A connection string, everything in memory; the tests are skipped where Azurite is not installed."""
    try:
        azurite = find_azurite()
    except StackError as error:
        pytest.skip(str(error))
    key, folder = new_key(), tmp_path_factory.mktemp("azurite")
    command = [azurite.node, str(azurite.folder / "dist" / "src" / "blob" / "main.js"), "--blobHost", "127.0.0.1"]
    command += ["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**accounts(key)})
    try:
        assert running.stdout is not None
        found = next(match for line in running.stdout if (match := re.search(r"listens on (http\S+)", line)))
        endpoint = f"BlobEndpoint={found[1].rstrip('/')}/{ACCOUNT};"
        yield f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};{endpoint}"
    finally:
        running.kill()
        running.wait()
