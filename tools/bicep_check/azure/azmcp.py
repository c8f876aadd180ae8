"""Asks Microsoft's MCP server for Azure (the program azmcp) how resource types are described.

The program carries the descriptions with it and needs no sign-in and no network. It is asked over its standard input
and output, as every MCP client asks, because starting it anew for each type takes seconds.
Source: modelcontextprotocol.io/specification, transport "stdio".
"""

import json
import os
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.bicep_check.azure.resource_types import Lack, ResourceType
from tools.bicep_check.azure.schema import read_schema

_TOOL = "bicepschema_get"
_PROTOCOL = "2024-11-05"
# Seconds for one answer; the first one includes the start of the program.
_PATIENCE = 120.0
_ENVIRONMENT = {"AZURE_MCP_COLLECT_TELEMETRY": "false", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}


class AzmcpError(Exception):
    """The program cannot be started, ended, or answered something else than a description."""


class Azmcp:
    """A running azmcp; use it as a context manager. Raises AzmcpError."""

    def __init__(self, program: Path) -> None:
        command = [str(program), "server", "start", "--tool", _TOOL]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env={**os.environ, **_ENVIRONMENT},
            )
        except OSError as error:
            raise AzmcpError(f"{program} cannot be started: {error.strerror}") from None
        self._number = 0
        self._known: dict[str, ResourceType | Lack] = {}

    def __enter__(self) -> Self:
        client = {"name": "bicep-check", "version": "1"}
        self._ask("initialize", {"protocolVersion": _PROTOCOL, "capabilities": {}, "clientInfo": client})
        self._send({"method": "notifications/initialized"})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def find(self, name: str) -> ResourceType | Lack:
        """The description of a type, asked for once."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> ResourceType | Lack:
        answer = self._ask("tools/call", {"name": _TOOL, "arguments": {"resource-type": name}})
        try:
            content = json.loads(answer["content"][0]["text"])
            if content["status"] == 200:
                return read_schema(name, content["results"]["BicepSchemaResult"]) or Lack.NOT_DESCRIBED
            message = str(content["message"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise AzmcpError(f"azmcp described {name} in a form that is not known here: {error!r}") from None
        if "not found" in message:
            return Lack.NO_SUCH_TYPE
        if "not supported" in message:
            return Lack.NOT_DESCRIBED
        raise AzmcpError(f"azmcp does not describe {name}: {message}")

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        alarm = threading.Timer(_PATIENCE, self._process.kill)
        alarm.start()
        try:
            for line in self._process.stdout or ():
                answer = json.loads(line)
                if answer.get("id") == self._number:
                    result: dict[str, Any] = answer["result"]
                    return result
        except (ValueError, KeyError) as error:
            raise AzmcpError(f"azmcp answered {method} in a form that is not known here: {error!r}") from None
        finally:
            alarm.cancel()
        raise AzmcpError(f"azmcp ended, or took more than {_PATIENCE:.0f} s, before it answered {method}")

    def _send(self, message: dict[str, Any]) -> None:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise AzmcpError("azmcp ended before it was asked everything") from None
