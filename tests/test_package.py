"""The package as it is installed and imported."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import lenet_verify as lv

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_specs_schema_and_type_marker_ship_in_the_wheel(wheel):
    for spec in (ROOT / "spec").glob("*.yaml"):
        assert wheel.read(f"lenet_verify/specs/{spec.name}") == spec.read_bytes()
    shipped = wheel.read("lenet_verify/spec.schema.json")
    assert shipped == (ROOT / "lenet_verify" / "spec.schema.json").read_bytes()
    for schema in (ROOT / "lenet_verify" / "schemas").glob("*.json"):
        assert wheel.read(f"lenet_verify/schemas/{schema.name}") == schema.read_bytes()
    verdicts = (ROOT / "reports" / "index.json").read_bytes()
    assert wheel.read("lenet_verify/specs/verdicts.json") == verdicts
    for inlined in ("report.css", "report.js"):
        name = f"lenet_verify/renderers/html/{inlined}"
        assert wheel.read(name) == (ROOT / name).read_bytes()
    strengths = (ROOT / "reports" / "strengths.json").read_bytes()
    assert wheel.read("lenet_verify/specs/strengths.json") == strengths
    assert "lenet_verify/py.typed" in wheel.namelist()


def test_nothing_but_the_package_ships(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"lenet_verify", f"lenet_verify-{lv.__version__}.dist-info"}


def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys, lenet_verify\n"
        "heavy = {'keras', 'tensorflow', 'numpy', 'h5py', 'yaml', 'graphviz', 'pygraphviz'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reading_and_inferring_import_no_framework():
    code = (
        "import sys, lenet_verify as lv\n"
        "spec = lv.load_spec('spec/lenet5.yaml')\n"
        "assert lv.check(spec, lv.infer(spec)).holds\n"
        "heavy = {'keras', 'tensorflow', 'numpy', 'h5py'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("name", lv.__all__)
def test_public_names_are_there_and_documented(name):
    assert getattr(lv, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        _ = lv.chekc
