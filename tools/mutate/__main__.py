"""Changes the code in many small ways, one at a time, and shows the changes that no test notices.

    python3 dev.py mutate --seed 1 --count 400                     a random sample of all mutants
    python3 dev.py mutate --path shared/domain/decisions/gate.py   every mutant of one file or folder
    python3 dev.py mutate --seed 1 --count 400 --list              only name them

Mutants that change nothing that matters stand in tools/mutate/equivalents.toml, each with its reason.
Exit codes: 0 every mutant was killed or is listed; 1 some survived; 2 a mistake in the arguments.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.mutate.listed import listed
from tools.mutate.pool import Pool
from tools.mutate.reached import load, measure
from tools.mutate.sites import Mutant, all_mutants
from tools.mutate.trial import Fate, Result

ROOT = Path(__file__).resolve().parents[2]
HEART = (
    "shared/domain",
    "shared/pipeline",
    "shared/intake",
    "shared/operations",
    "shared/upkeep",
)

WORDS = "shared/domain/explained/"
"""Sentences for people: the reference page is compared with them, and no decision depends on one."""


def main() -> int:
    """Choose the mutants, try each of them, print what survived."""
    options = _options()
    if unusable := [given for given in options.path if not _is_source(given)]:
        print(f"mutate: no Python source of this checkout: {', '.join(unusable)}", file=sys.stderr)
        return 2
    folders = tuple(options.path) if options.path else tuple(name for name in HEART if (ROOT / name).exists())
    every = [item for item in all_mutants(ROOT, folders) if options.path or not item.path.startswith(WORDS)]
    stale = sorted(set(listed()) - {" ".join(item.name.split()) for item in every}) if not options.path else []
    for name in stale:
        print(f"listed as equivalent, and there is no such mutant any more: {name}", file=sys.stderr)
    chosen = every
    if options.count and options.count < len(every):
        chosen = random.Random(options.seed).sample(every, options.count)  # noqa: S311 - a sample, not a secret
    if options.again:
        names = {row["name"] for row in json.loads(options.again.read_text())}
        chosen = [item for item in every if item.name in names]
    chosen = [item for item in chosen if not options.only or item.path.startswith(tuple(options.only))]
    print(f"{len(chosen)} of {len(every)} mutants in {', '.join(folders)}", file=sys.stderr, flush=True)
    if options.list:
        for mutant in chosen:
            print(f"{mutant.path}:{mutant.line} {mutant.place} {mutant.kind}: {mutant.before} -> {mutant.after}")
        return 0
    results = _try_all(chosen, options)
    return _tell(results, options.json)


def _is_source(given: str) -> bool:
    """Whether it names a folder or a Python file, from the root of the checkout."""
    place = ROOT / given
    return not Path(given).is_absolute() and (place.is_dir() or (place.is_file() and place.suffix == ".py"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py mutate", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=0, help="how many of all mutants, at random; 0: all")
    parser.add_argument("--path", action="append", default=[], help="a file or folder; may be given again")
    parser.add_argument("--only", action="append", default=[], help="of the sample, only what lies below this path")
    parser.add_argument("--also", action="append", default=[], help="tests that every mutant meets first")
    parser.add_argument("--reached", type=Path, help="an earlier measurement of which tests reach a line")
    parser.add_argument("--again", type=Path, help="what --json wrote: only these mutants, by name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--budget", type=float, default=90.0, help="seconds for one mutant")
    parser.add_argument("--list", action="store_true", help="name the mutants and do not try them")
    parser.add_argument("--json", default="", help="write what survived to this file")
    return parser.parse_args()


def _try_all(chosen: list[Mutant], options: argparse.Namespace) -> list[Result]:
    reached = load(ROOT, options.reached) if options.reached else measure(ROOT, ROOT / ".data" / "mutate", options.jobs)
    known = listed()
    results: list[Result] = []
    tried = [mutant for mutant in chosen if " ".join(mutant.name.split()) not in known]
    with Pool(ROOT, options.jobs, options.budget) as pool, ThreadPoolExecutor(options.jobs) as threads:
        wanted = ((item, [*options.also, *reached.tests(item.path, item.line, item.end_line)]) for item in tried)
        for result in threads.map(lambda item: pool.run(*item), wanted):
            results.append(result)
            if result.fate is not Fate.KILLED:
                _print(result)
            if len(results) % 25 == 0:
                print(f"… {len(results)} of {len(tried)}", file=sys.stderr, flush=True)
    print(f"{len(chosen) - len(tried)} listed as equivalent", file=sys.stderr)
    return results


def _print(result: Result) -> None:
    mutant = result.mutant
    print(
        f"{result.fate.upper()} {mutant.path}:{mutant.line} {mutant.place} {mutant.kind} ({result.tests} tests)\n"
        f"    - {mutant.before}\n    + {mutant.after}",
        flush=True,
    )


def _tell(results: list[Result], target: str) -> int:
    fates = Counter(result.fate for result in results)
    said = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    print(f"{len(results)} mutants tried: {said}; {sum(r.seconds for r in results):.0f} s of tests")
    left = [result for result in results if result.fate is not Fate.KILLED]
    if target:
        rows = [{"name": r.mutant.name, "line": r.mutant.line, "fate": r.fate.value, "tests": r.tests} for r in left]
        Path(target).write_text(json.dumps(rows, indent=1))
    return 1 if left else 0


if __name__ == "__main__":
    importlib.invalidate_caches()
    sys.exit(main())
