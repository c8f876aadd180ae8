#!/usr/bin/env python3
"""One command for everything on one machine: set-up, demo, tests, the running stack.

    python3 dev.py setup              virtual environment in .venv, pinned requirements
    python3 dev.py demo               the whole pipeline with two customers; exits 0 when both relationships are gone
    python3 dev.py up [--json]        the stack stays up until Ctrl-C
    python3 dev.py test [...]         format, lint, types and the default test suite; arguments go to pytest
    python3 dev.py schemas            write the JSON Schemas of requests and events again

Needs Python 3.11 or newer and nothing else: standard library only.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LEAST = (3, 11)
COMMANDS = {
    "setup": ("dev", None),
    "demo": ("run", ["-m", "local.stack", "demo"]),
    "up": ("run", ["-m", "local.stack", "up"]),
    "test": ("dev", ["-m", "tests.run"]),
    "schemas": ("run", ["-m", "shared.contracts.schemas"]),
}
REQUIREMENTS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}


def say(text: str) -> None:
    """Progress goes to stderr: stdout is for data."""
    print(text, file=sys.stderr, flush=True)


def fail(text: str, code: int = 2) -> int:
    """A user's mistake or a missing part: cause, consequence, what to do. No traceback."""
    say(f"dev.py: {text}")
    return code


def venv_python() -> Path:
    """The interpreter of the virtual environment, on every system."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(level: str) -> str:
    """Changes when the pinned requirements or the interpreter change."""
    content = b"".join((ROOT / name).read_bytes() for name in REQUIREMENTS[level])
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def is_ready(level: str) -> bool:
    """Whether the environment was installed from exactly these requirements ("dev" includes "run")."""
    levels = ["run", "dev"] if level == "run" else ["dev"]
    marks = [VENV / f"ready-{name}" for name in levels]
    found = [mark.read_text() == fingerprint(mark.name.removeprefix("ready-")) for mark in marks if mark.exists()]
    return venv_python().exists() and any(found)


def set_up(level: str) -> int:
    """Make the environment and install what is pinned; does nothing when that was done before."""
    if is_ready(level):
        return 0
    began = time.monotonic()
    if not venv_python().exists():
        say(f"setup: making a virtual environment in {VENV}")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
        if made.returncode:
            tail = (made.stdout + made.stderr).strip()[-600:]
            return fail(
                f"the virtual environment could not be made:\n{tail}\n"
                "Install Python's venv module (Debian and Ubuntu: apt install python3-venv), then run this again.",
                3,
            )
    last = REQUIREMENTS[level][-1]
    say(f"setup: installing {last} (pinned; a minute on the first run)")
    pip = [str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(ROOT / last)]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    if installed.returncode:
        tail = (installed.stdout + installed.stderr).strip()[-1500:]
        return fail(
            f"pip could not install {last}:\n{tail}\nCheck the network and pip's configuration, then run this again.",
            3,
        )
    (VENV / f"ready-{level}").write_text(fingerprint(level))
    say(f"setup: done in {time.monotonic() - began:.0f} s")
    return 0


def hand_over(arguments: list[str]) -> int:
    """Become the real command, so that signals reach it directly (on Windows: wait for it)."""
    command = [str(venv_python()), *arguments]
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - our own interpreter, arguments from this user
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main() -> int:
    """Parse the command, set up what it needs, run it."""
    name, rest = (sys.argv[1] if len(sys.argv) > 1 else "--help"), sys.argv[2:]
    if name in ("-h", "--help", "help"):
        print((__doc__ or "").strip())
        return 0
    if name not in COMMANDS:
        return fail(f"unknown command {name!r}; known are {', '.join(COMMANDS)} (python3 dev.py --help)")
    level, command = COMMANDS[name]
    wants_help = bool({"-h", "--help"} & set(rest)) and name != "test"
    if name == "setup" and rest:
        return fail(f"setup takes no arguments (got {' '.join(rest)})") if not wants_help else main_help()
    code = set_up(level)
    if code or command is None:
        return code
    return hand_over([*command, *rest])


def main_help() -> int:
    """The help of the commands that have none of their own."""
    print((__doc__ or "").strip())
    return 0


if __name__ == "__main__":
    if sys.version_info < LEAST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            fail(f"this is Python {found}; 3.11 or newer is needed. Run it with python3.11, python3.12 or python3.13.")
        )
    sys.exit(main())
