"""Versions, colour, and how much is said."""

import re
import subprocess
import sys

import pytest

import lenet_verify as lv
from lenet_verify.cli import main


def test_versions_are_told_without_importing_anything(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code in (0, None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"lenet-verify {lv.__version__}", f"Python {sys.version.split()[0]}"]
    assert [line.split()[0] for line in lines[2:]] == ["keras", "tensorflow", "h5py"]
    assert all(re.fullmatch(r"\w+ \d+\.\S+", line) for line in lines[2:])
    code = (
        "import sys, contextlib\nfrom lenet_verify.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--version'])\n"
        "sys.exit(', '.join({'keras', 'tensorflow', 'numpy', 'h5py', 'yaml'} & set(sys.modules)) "
        "or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_versions_of_what_is_missing_are_left_out(capsys, monkeypatch):
    from importlib import metadata

    known = metadata.version

    def version(name):
        if name == "h5py":
            raise metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert "h5py" not in capsys.readouterr().out
