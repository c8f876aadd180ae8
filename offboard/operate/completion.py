"""`offboard completion`: what makes a shell complete the command's words."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer
from typer._completion_shared import get_completion_script

from offboard.operate.desk import Desk
from offboard.operate.register import command

Shell = Annotated[Literal["bash", "zsh", "fish", "powershell"], typer.Argument(help="your shell")]
WHERE = {
    "bash": "~/.bash_completion, or: source <(offboard completion bash)",
    "zsh": "a file _offboard in a folder of your fpath",
    "fish": "~/.config/fish/completions/offboard.fish",
    "powershell": "your $PROFILE",
}


def completion(desk: Desk, shell: Shell) -> None:
    """Print the script that completes commands and options in your shell."""
    script = get_completion_script(prog_name="offboard", complete_var="_OFFBOARD_COMPLETE", shell=shell)
    sys.stdout.write(script + "\n")
    desk.say(f"Put it into {WHERE[shell]}")


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, "completion", "completion bash > ~/.bash_completion")(completion)
