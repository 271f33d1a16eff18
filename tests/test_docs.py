"""The docs say what the program does."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS
from tests.processes import unmeasured

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("seed", ["1", "2"])
def test_generated_parts_are_up_to_date(seed):
    """README's help and example, the tables of facts, the rules, the shipped schema."""
    run = subprocess.run(
        [sys.executable, ROOT / "docs" / "refresh.py", "--check"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=unmeasured() | {"PYTHONHASHSEED": seed},
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_code_is_explained():
    """The codes that the source can give are the codes in docs/codes.md."""
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^## ([a-z-]+)$", page, flags=re.MULTILINE))
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "lenet_verify").rglob("*.py")
    )
    given = set(re.findall(r'code="([a-z-]+)"', source))
    given |= set(re.findall(r'code="\w+" if \w+ else "([a-z-]+)"', source))
    given |= {fact.code for fact in (*LAYER_FACTS.values(), *MODEL_FACTS.values())}
    given |= {"derivations-disagree", "opaque", "unused-deviation"}
    assert given == explained


def test_every_key_of_the_json_is_explained(verdict_of_lenet5):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    document = verdict_of_lenet5
    keys = {*document, *document["counts"], *document["findings"][0], *document["alignment"][0]}
    assert not [key for key in keys if f'"{key}"' not in page]


@pytest.fixture
def verdict_of_lenet5():
    import lenet_verify as lv
    from lenet_verify.renderers.json_document import verdict_document

    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    document = verdict_document(lv.check(spec, lv.infer(spec)))
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("page", ["README.md", "docs/spec.md"])
def test_specs_in_the_docs_are_read(page, tmp_path):
    """Every YAML block that claims to be a whole spec is one."""
    import lenet_verify as lv

    text = (ROOT / page).read_text(encoding="utf-8")
    whole = [b for b in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if b.startswith("format")]
    for block in whole:
        file = tmp_path / "spec.yaml"
        file.write_text(block, encoding="utf-8")
        assert lv.load_spec(file).claims
    assert whole or page != "README.md"


def test_the_walk_through_is_what_its_files_are():
    """Whoever types along has, at each step, the file on which its commands were run."""
    page = (ROOT / "docs" / "writing-a-spec.md").read_text(encoding="utf-8")
    files = {
        file.name: file.read_text(encoding="utf-8")
        for file in (ROOT / "docs" / "examples" / "vgg11").iterdir()
        if file.is_file()
    }
    claims, network, *more = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert claims == files["claims.yaml"]
    before, _, after = claims.partition("claims:\n")
    assert f"{before}{network}\nclaims:\n{after}" == files["network.yaml"]
    assert "\n".join([files["network.yaml"], *more]) == files["vgg11.yaml"]
    assert re.findall(r"```python\n(.*?)```", page, re.DOTALL) == [files["theirs.py"]]
    # ✓: nothing survives
    assert "\n$ lenet-verify strength vgg11.yaml -q\n✓ VGG-11 (vgg11.yaml): notices " in page
    assert "\n$ lenet-verify vgg11.yaml --static -q\n✓ VGG-11: every claim holds\n" in page


def test_their_network_is_saved_as_it_is():
    import keras

    import lenet_verify as lv

    folder = ROOT / "docs" / "examples" / "vgg11"
    names = {}
    exec((folder / "theirs.py").read_text(encoding="utf-8"), names)
    keras.backend.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        model = names["vgg11"]()
    assert lv.read(folder / "theirs.json").layers == lv.read(model).layers


def test_layers_of_the_guide_are_read(tmp_path):
    """The example of inputs and layers in the format's page builds the graph that it shows."""
    import lenet_verify as lv

    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    block, blocks = re.findall(r"```yaml\n(input: .*?)```", text, re.DOTALL)
    block = block.replace("input: 1@32x32                     # or several:\n", "")
    file = tmp_path / "spec.yaml"
    file.write_text("format: 1\ntitle: Two inputs\n" + block, encoding="utf-8")
    spec = lv.load_spec(file)
    assert {layer.name: layer.inputs for layer in spec.layers} == {
        "C1": ("left",),
        "flat": ("C1",),
        "E1": ("words",),
        "pool": ("E1",),
        "both": ("flat", "pool"),
        "probs": ("both",),
    }
    assert spec.outputs == ("probs",)
    file.write_text(f"format: 1\ntitle: Blocks\n{blocks}", encoding="utf-8")
    network = lv.infer(lv.load_spec(file))
    output = {row.name: str(row.shapes[0]) for row in network.layers}
    assert list(output)[2:6] == ["conv2.1.conv", "conv2.1.norm", "conv2.1.relu", "conv2.1.sum"]
    assert list(output)[-5:-1] == ["conv3.conv", "conv3.norm", "conv3.relu", "conv3.sum"]
    assert (output["conv2.3.sum"], output["both"]) == ("64@13x13", "128@13x13")
