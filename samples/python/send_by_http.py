"""Sends one request over HTTP and follows it: python send_by_http.py REQUEST.json [SECONDS]

Set OFFBOARDING_URL (https://NAME.azurewebsites.net) and OFFBOARDING_KEY (function key). Calls that fail on the way are
repeated, which the requestId makes safe. Exit code 0: ended; 1: refused, rejected, or not ended in time.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

AGAIN = Retry(5, backoff_factor=1, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False)
ENDED = ("removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn")


def checked(answer: requests.Response) -> dict[str, Any]:
    """The body of a good answer; ends the program with the problem (RFC 9457) of any other."""
    if answer.ok:
        return dict(answer.json())
    problem = answer.json() if "problem+json" in answer.headers.get("Content-Type", "") else {}
    lines = [f"{answer.status_code} {problem.get('code', answer.reason)}: {problem.get('detail', '')}"]
    lines += [f"{item['field']}: {item['rule']}" for item in problem.get("errors", [])]
    sys.exit("\n".join([*lines, problem.get("operatorAction", "")]).strip())


def tell(shown: dict[str, Any]) -> None:
    """What the CRM shows to its users."""
    reason = shown.get("reason", {}).get("text", shown.get("stage", ""))
    paid = f" (being paid until {shown['paidUntil']})" if "paidUntil" in shown else ""
    print(f"{shown['status']}: {reason}{paid}", flush=True)


def main(path: str, seconds: float = 300.0) -> None:
    """Post, then look at the offboarding as often as the service asks for."""
    root, ends = os.environ["OFFBOARDING_URL"].rstrip("/"), time.monotonic() + seconds
    with requests.Session() as http:
        http.headers["x-functions-key"] = os.environ["OFFBOARDING_KEY"]
        http.mount(root, HTTPAdapter(max_retries=AGAIN))
        answer = http.post(f"{root}/api/offboardings", data=Path(path).read_bytes(), timeout=30)
        shown = checked(answer)
        tell(shown)
        place = urljoin(f"{root}/", answer.headers["Operation-Location"])
        pause = float(answer.headers["Retry-After"])
        while shown["status"] not in ENDED and time.monotonic() < ends:
            time.sleep(pause)
            before, shown = shown, checked(http.get(place, timeout=30))
            if shown["updatedAt"] != before["updatedAt"]:
                tell(shown)
    if shown["status"] == "rejected" or shown["status"] not in ENDED:
        sys.exit(f"{shown['requestId']} is {shown['status']}; look again at {place}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: send_by_http.py REQUEST.json [SECONDS]")
    try:
        main(sys.argv[1], *map(float, sys.argv[2:]))
    except (KeyError, ValueError, OSError) as error:
        sys.exit(f"{sys.argv[1]} was not sent or cannot be followed: {error!r}")
