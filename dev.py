#!/usr/bin/env python3
"""One command for everything on one machine: set-up, demo, tests, the running stack.

    python3 dev.py setup              virtual environment in .venv, pinned requirements, each checked by its hash
    python3 dev.py demo [options]     the whole pipeline with two customers; exits 0 when both relationships are gone
    python3 dev.py up [options]       the stack stays up until Ctrl-C
    python3 dev.py test [...]         format, lint, types and the default test suite; arguments go to pytest
    python3 dev.py mutate [options]   change the decisions in small ways; which changes does no test notice?
    python3 dev.py schemas            write schemas/ and docs/reference.md again
    python3 dev.py lock [--upgrade]   compile requirements*.in into requirements*.txt; --upgrade takes the newest of
                                      whatever is not pinned there
    python3 dev.py offboard COMMAND   the operators' command: doctor, consent, list, show, approve and more (--help)
    python3 dev.py consent [options]  short for offboard consent: sign in with MFA and store the refresh token
    python3 dev.py doctor [options]   short for offboard doctor: look at sign-in, role, queues and store
    python3 dev.py restore [options]  short for offboard restore: the record from a snapshot; --list, --take, --check

Options of consent, doctor and restore:
    --settings FILE     app settings as in local.settings.json; default: the environment
    --json              (doctor) print one JSON object

Options of demo and up (all of them: python3 dev.py up --help):
    --data DIR          keep everything in this folder; given again, it goes on where it was
    --scenario FILE     another partner tenant (docs/scenarios.md); read once, when the folder is new
    --port-base N       fixed ports from N on, instead of free ones
    --set NAME=VALUE    a setting of the application (docs/reference.md); may be given again
    --like-azure        a host for each group of functions, scaled from zero, at the pace of a deployment
    --telemetry FILE    write spans, metrics and log records there (docs/telemetry.md)
    --trace             (demo) print the trace of the offboarding that waits
    --json              (up) print the addresses as one JSON object

Exit codes: 0 fine, 1 the work did not succeed, 2 a mistake in arguments, files, ports or the scenario,
3 the set-up or a part of the stack could not start, 130 Ctrl-C.

Needs Python 3.11 or newer and nothing else: standard library only.
"""

import ast
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
    "mutate": ("dev", ["-m", "tools.mutate"]),
    "schemas": ("run", ["-m", "shared.composition.reference"]),
    "lock": ("dev", None),
    "offboard": ("run", ["-m", "offboard"]),
    "consent": ("run", ["-m", "offboard", "consent"]),
    "doctor": ("run", ["-m", "offboard", "doctor"]),
    "restore": ("run", ["-m", "offboard", "restore"]),
}
REQUIREMENTS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
"""What a level depends on; the last one is installed, and holds everything that the others hold."""
OWN_HELP = {"mutate": "tools/mutate/__main__.py", "offboard": "offboard/__main__.py"}
"""Commands whose help is the text at the head of a file, which can be read without the environment."""
LOCKS = {
    "requirements.txt": ["requirements.in"],
    "requirements-dev.txt": ["-c", "requirements.txt", "requirements-dev.in"],
}
"""Lock to what it is compiled from. The second is bound by the first: development runs what is deployed."""


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
    made_mark = VENV / "made"
    # Without the mark it may have been interrupted half-way; making it again completes it and removes nothing.
    if not (venv_python().exists() and (made_mark.exists() or any(VENV.glob("ready-*")))):
        say(f"setup: making a virtual environment in {VENV}")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
        if made.returncode:
            tail = (made.stdout + made.stderr).strip()[-600:]
            return fail(
                f"the virtual environment could not be made:\n{tail}\n"
                "Install Python's venv module (Debian and Ubuntu: apt install python3-venv), then run this again.",
                3,
            )
        made_mark.touch()
    last = REQUIREMENTS[level][-1]
    say(f"setup: installing {last} (pinned; a minute on the first run)")
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / last)]
    pip = [str(venv_python()), "-m", "pip", "install", *options]
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


def lock(options: list[str]) -> int:
    """Compile both locks; a pin that still fits stays, unless `options` upgrade.

    One file serves every system and each Python from the oldest on: what differs between them has a marker.
    """
    oldest = ".".join(map(str, LEAST))
    common = ["-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", oldest]
    for name, sources in LOCKS.items():
        command = [str(venv_python()), *common, *options, *sources, "--output-file", name]
        made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if made.returncode:
            tail = (made.stdout + made.stderr).strip()[-1500:]
            advice = f"Correct {sources[-1]} or the way to the package index, then run this again."
            return fail(f"{name} could not be compiled and is as it was:\n{tail}\n{advice}", 1)
        say(f"lock: wrote {name}")
    say("lock: the next command installs what changed")
    return 0


def hand_over(arguments: list[str], folder: Path) -> int:
    """Become the real command in this folder, so that signals reach it directly (on Windows: wait for it).

    The checkout is found through PYTHONPATH; -P keeps modules of the user's folder from being taken for ours.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [str(venv_python()), "-P", *arguments]
    os.chdir(folder)
    if os.name != "nt":
        os.execve(command[0], command, environment)  # noqa: S606 - our own interpreter, arguments from this user
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def explain(name: str) -> int:
    """The help of a command before any set-up, or of one that needs none for it."""
    if name == "test":
        return subprocess.run([sys.executable, str(ROOT / "tests" / "run.py"), "--help"], check=False).returncode
    if name in OWN_HELP:
        print((ast.get_docstring(ast.parse((ROOT / OWN_HELP[name]).read_text(encoding="utf-8"))) or "").strip())
    else:
        print((__doc__ or "").strip())
    if (COMMANDS.get(name) or ("", None))[1] is not None and name != "schemas":
        print(f"\nFor every option of {name}, run python3 dev.py setup first.")
    return 0


def main() -> int:
    """Parse the command, set up what it needs, run it."""
    name, rest = (sys.argv[1] if len(sys.argv) > 1 else "--help"), sys.argv[2:]
    if name in ("-h", "--help", "help"):
        return explain("")
    if name not in COMMANDS:
        return fail(f"unknown command {name!r}; known are {', '.join(COMMANDS)} (python3 dev.py --help)")
    level, command = COMMANDS[name]
    wants_help = bool({"-h", "--help"} & set(rest))
    if wants_help and (name in ("setup", "test", "schemas", "lock") or not is_ready(level)):
        return explain(name)
    if name in ("setup", "schemas") and rest:
        return fail(f"{name} takes no arguments (got {' '.join(rest)})")
    if name == "lock" and rest not in ([], ["--upgrade"]):
        return fail(f"lock takes --upgrade and nothing else (got {' '.join(rest)})")
    was_ready = is_ready(level)
    code = set_up(level)
    if not code and name == "lock":
        return lock(rest)
    if code or command is None:
        if was_ready:
            say(f"setup: everything is ready in {VENV}")
        return code
    # Paths given to the others are the user's; tests and schemas belong to the checkout.
    return hand_over([*command, *rest], ROOT if name in ("test", "mutate", "schemas") else Path.cwd())


if __name__ == "__main__":
    if sys.version_info < LEAST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            fail(f"this is Python {found}; 3.11 or newer is needed. Run it with python3.11, python3.12 or python3.13.")
        )
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(fail("stopped; run it again, it goes on", 130))
