"""Measures the strength of every shipped spec that has layers, for `lenet-verify papers`.

python docs/strengths.py [NAME...]: of these specs, or of all that have changed. Of a network of
hundreds of layers, 1,000 edits are taken, spread evenly over all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lenet_verify.papers.listing import papers
from lenet_verify.shipped import PREFIX

FILE = Path(__file__).parent.parent / "reports" / "strengths.json"
COMMAND = Path(sys.executable).with_name("lenet-verify")
MANY_LAYERS = 100
SAMPLE = "1000"


def main(names: list[str]) -> None:
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    measured = {}
    for paper in papers():
        name, spec = paper.name.removeprefix(PREFIX), paper.spec
        if not spec.closed:
            continue
        measured[name] = known.get(name)
        if name in names or not measured[name] or measured[name]["sha256"] != spec.sha256:
            large = len(spec.layers) > MANY_LAYERS
            told = strength(name, ["--sample", SAMPLE] if large else [])
            measured[name] = {"sha256": spec.sha256, **told}
            print(name, told)
            ordered = {key: value for key, value in sorted({**known, **measured}.items()) if value}
            FILE.write_text(json.dumps(ordered, indent=1) + "\n")
    kept = {key: value for key, value in sorted(measured.items()) if value}
    FILE.write_text(json.dumps(kept, indent=1) + "\n")


def strength(name: str, options: list[str]) -> dict[str, object]:
    """Its scores, in percent, and how many edits they are of."""
    done = subprocess.run(
        [COMMAND, "strength", f"{PREFIX}{name}", "--format", "json", *options],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = json.loads(done.stdout)
    keys = ("score", "score_of_claims", "score_of_quotes", "edits", "sampled", "sampled_from")
    return {key: found[key] for key in keys}


if __name__ == "__main__":
    main(sys.argv[1:])
