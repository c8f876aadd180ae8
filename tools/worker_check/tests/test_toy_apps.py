"""Small apps under Microsoft's worker: a sound one passes, and each mistake planted in it is named.

The worker runs in the interpreter that OFFBOARDING_WORKER_PYTHON names (../README.md says what it has to have).
"""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VARIABLE = "OFFBOARDING_WORKER_PYTHON"
SOUND = (HERE / "toy_app.txt").read_text(encoding="utf-8")
HOST_JSON = (ROOT / "host.json").read_text(encoding="utf-8")
SETTINGS = {
    "ServiceBus": "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey=a2V5;UseDevelopmentEmulator=true;",
    "SCHEDULE": "0 */5 * * * *",
}

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} does not name an interpreter; see tools/worker_check/README.md"
)


def problems(folder: Path, source: str, host_json: str = HOST_JSON) -> str:
    (folder / "function_app.py").write_text(source, encoding="utf-8")
    (folder / "host.json").write_text(host_json, encoding="utf-8")
    command = [os.environ[VARIABLE], "-m", "tools.worker_check.tests.toy", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | SETTINGS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_a_sound_app_has_no_mistakes(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND) == ""


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("assert not timer.past_due", "raise KeyError(7)", "tick failed: KeyError: 7"),
        ("status_code=200", "status_code=500", "hello answered 500 to GET, not 200"),
        ('raise ValueError("nobody is there")', "pass", "fail ended well, and should have failed"),
        ('function_name("tick")', 'function_name("tock")', "the worker lists tock, the check does not invoke it"),
        ('function_name("tick")', 'function_name("tock")', "the check invokes tick, the worker does not list it"),
        ("import azure.functions as func", "import azure.functions as func\nimport no_such_thing", "no_such_thing"),
        ("timer: func.TimerRequest", "clock: func.TimerRequest", "Microsoft's worker refuses the app: "),
        ("timer: func.TimerRequest", "timer: bytes", "the host refuses the app: function tick"),
        ("%SCHEDULE%", "every now and then", "the host refuses the app: "),
        ("%SCHEDULE%", "%NO_SUCH_SETTING%", "setting 'NO_SUCH_SETTING'"),
        ('connection="ServiceBus"', 'connection="NoSuchBus"', "connection 'NoSuchBus' is not set"),
        (", data_type=func.DataType.BINARY", "", "the host warns: function take: its body is taken as text"),
        ('route="hello/{name}"', 'route="admin/{name}"', "routes must not begin with 'admin'"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, was: str, becomes: str, sentence: str) -> None:
    assert was in SOUND
    assert sentence in problems(tmp_path, SOUND.replace(was, becomes, 1))


def test_without_an_extension_bundle_no_message_would_arrive(tmp_path: Path) -> None:
    assert "needs an extensionBundle" in problems(tmp_path, SOUND, '{"version": "2.0"}')
