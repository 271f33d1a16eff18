"""`lenet-verify freeze`: a spec that is true of the model it came from, and of no other."""

import json
import warnings
from pathlib import Path

import jsonschema
import pytest
import yaml

import lenet_verify as lv
from lenet_verify.freeze import freeze
from lenet_verify.spec.schema import schema
from lenet_verify.vocabulary import LAYERS
from tests import stored
from tests.models import frozen, right
from tests.models.every_layer import smallest_spec

ROOT = Path(__file__).parent.parent
LENET5 = str(ROOT / "spec" / "lenet5.yaml")

# The numbers are those of spec/lenet5.yaml, there worked out by hand.
FROZEN_LENET5 = """\
format: 1
title: LeNet-5

input: 1@32x32

layers:
  C1:      {type: Conv2D, filters: 6, kernel_size: 5, activation: tanh}
  S2:      {type: AveragePooling2D, pool_size: 2}
  C3:      {type: Conv2D, filters: 16, kernel_size: 5, activation: tanh}
  S4:      {type: AveragePooling2D, pool_size: 2}
  flatten: {type: Flatten}
  C5:      {type: Dense, units: 120, activation: tanh}
  F6:      {type: Dense, units: 84, activation: tanh}
  output:  {type: Dense, units: 10, activation: softmax}

compile: {optimizer: adam, loss: categorical_crossentropy, metrics: [accuracy]}

claims:
  # what comes in
  - id: input
    why: frozen from spec/lenet5.yaml
    expect:
      input: {output: 1@32x32, dtype: float32}

  # what each layer is
  - id: layers
    why: frozen from spec/lenet5.yaml
    expect:
      C1:      {type: Conv2D, filters: 6, kernel_size: 5x5, activation: tanh}
      S2:      {type: AveragePooling2D, pool_size: 2x2}
      C3:      {type: Conv2D, filters: 16, kernel_size: 5x5, activation: tanh}
      S4:      {type: AveragePooling2D, pool_size: 2x2}
      flatten: {type: Flatten}
      C5:      {type: Dense, units: 120, activation: tanh}
      F6:      {type: Dense, units: 84, activation: tanh}
      output:  {type: Dense, units: 10, activation: softmax}

  # as Keras has it where nothing is said
  - id: defaults
    why: frozen from spec/lenet5.yaml
    expect:
      "every Conv2D":           {strides: 1x1, padding: valid, data_format: channels_last, \
dilation_rate: 1x1, groups: 1, use_bias: true}
      "every AveragePooling2D": {strides: 2x2, padding: valid, data_format: channels_last}
      "every Flatten":          {data_format: channels_last}
      "every Dense":            {use_bias: true}

  # what each layer puts out
  - id: shapes
    why: frozen from spec/lenet5.yaml
    expect:
      C1:      {output: 6@28x28}
      S2:      {output: 6@14x14}
      C3:      {output: 16@10x10}
      S4:      {output: 16@5x5}
      flatten: {output: 400}
      C5:      {output: 120}
      F6:      {output: 84}
      output:  {output: 10}

  # the layers that have any
  - id: parameters
    why: frozen from spec/lenet5.yaml
    expect:
      C1:     {params: 156}
      C3:     {params: 2416}
      C5:     {params: 48120}
      F6:     {params: 10164}
      output: {params: 850}

  # the model as a whole
  - id: total
    why: frozen from spec/lenet5.yaml
    expect:
      model: {params: 61706, trainable: 61706, non_trainable: 0, output: 10}

  # how it is trained
  - id: compile
    why: frozen from spec/lenet5.yaml
    expect:
      model: {optimizer: adam, loss: categorical_crossentropy, metrics: [accuracy]}
"""


@pytest.fixture
def run(tmp_path, monkeypatch, command):
    """The command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return command


@pytest.fixture
def frozen_from(run):
    """The frozen spec of a model, written to `f.yaml`."""

    def call(*model):
        code, _, err = run("freeze", *model, "-o", "f.yaml", "--force")
        assert code == 0, err
        return Path("f.yaml").read_text(encoding="utf-8")

    return call


def of(name, module=frozen):
    return f"{module.__name__}:{name}"


def body(text):
    """The text without what says where it came from."""
    return [line for line in text.splitlines() if "rozen from" not in line]


def below(text, heading):
    """The items of a list among the comments at the top."""
    comment = text.partition("format: 1")[0]
    block = comment.partition(f"# {heading}\n")[2].partition("#\n")[0]
    return [line.removeprefix("# - ") for line in block.splitlines() if line.startswith("# - ")]


# what it says


def test_lenet5_looks_like_its_spec(run_cli):
    run = run_cli("freeze", "spec/lenet5.yaml", cwd=ROOT)
    assert (run.returncode, run.stderr) == (0, "")
    head, _, rest = run.stdout.partition("format: 1\n")
    assert "format: 1\n" + rest == FROZEN_LENET5
    assert head.splitlines()[0] == "# yaml-language-server: $schema=spec.schema.json"
    assert "Frozen from spec/lenet5.yaml." in head
    assert run.seconds < 2
    assert run.memory < 64 * 2**20  # no framework is loaded


def test_only_what_is_not_usual_is_in_the_recipe(frozen_from):
    text = frozen_from(of("trained_in_part"))
    assert (
        "  conv:  {type: Conv2D, filters: 4, kernel_size: 3x5, strides: 2x1, padding: same, "
        "kernel_initializer: he_normal, kernel_regularizer: {type: l2, l2: 0.001}}\n"
        "  norm:  {type: BatchNormalization, trainable: false}\n"
        "  relu:  {type: ReLU, max_value: 6}\n"
        "  pad:   {type: ZeroPadding2D, padding: [[0, 1], [0, 1]]}\n"
        "  pool:  {type: GlobalAveragePooling2D}\n"
        "  last:  {type: Dense, units: 2}\n"
    ).replace(":  {", ": {").replace(":   {", ":  {") in text
    assert "input: 3@NonexNone\n" in text
    assert "      norm: {params: 16, trainable: 0, non_trainable: 16}\n" in text
    assert "      relu: {activation: relu6}\n" in text


def test_branches_inputs_and_outputs(frozen_from):
    text = frozen_from(of("two_in_two_out"))
    assert "inputs:\n  a: 8\n  b: {shape: 6, dtype: int32}\n" in text
    assert '  "relu#2": ' in text or "  relu#2: " in text
    assert "  both:   {type: Concatenate, inputs: [relu, relu#2]}\n" in text
    assert "outputs: [one, two]\n" in text
    assert "outputs: [2, 1]" in text
    spec = lv.load_spec("f.yaml")
    assert [one.name for one in spec.inputs] == ["a", "b"]
    assert spec.warnings == ()


# of which model it is true

FORMS = ("keras", "h5", "json")
CLOSED = ("small", "two_in_two_out", "nested", "sequence", "trained_in_part", "hostile")
OPEN = ("shared", "masked", "operations")


def save(model, form):
    path = f"m.{form}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # .h5 is legacy
        if form == "json":
            Path(path).write_text(model.to_json(), encoding="utf-8")
        else:
            model.save(path)
    return path


@pytest.mark.parametrize("name", [*CLOSED, *OPEN])
def test_it_is_true_of_every_form_of_its_model(run, frozen_from, name):
    model = of(name)
    text = frozen_from(model)
    assert run("f.yaml", "--model", model)[::2] == (0, "")
    for form in FORMS:
        if name == "hostile" and form != "json":
            continue  # Keras's own archives take no such names
        path = save(getattr(frozen, name)(), form)
        code, out, err = run("f.yaml", "--model", path)
        assert (code, err) == (0, ""), out
        assert body(frozen_from(path)) == body(text)


@pytest.mark.parametrize("name", CLOSED)
def test_it_is_true_of_what_it_builds_itself(run, frozen_from, name):
    text = frozen_from(of(name))
    assert lv.load_spec("f.yaml").closed
    for static in ([], ["--static"]):
        code, out, err = run("f.yaml", "--model", "f.yaml", *static)
        assert (code, err) == (0, ""), out
    again = run("freeze", "f.yaml")[1]
    renamed = "# Called otherwise here:"
    assert body(again.partition("format")[2]) == body(text.partition("format")[2])
    assert renamed not in again


SEEN = [
    make for make in right.RIGHT
    if make.__name__ not in (
        *("sequential_without_input", "nested_without_input"),
        *("Subclassed", "WithTraining", "Mixed", "OneActivation"),
    )
]  # fmt: skip
"""Those that declare an input."""


@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras advises against some of them
@pytest.mark.parametrize("make", SEEN, ids=lambda make: make.__name__)
def test_every_way_to_write_lenet5_is_frozen_with_its_layers(run, frozen_from, make):
    frozen_from(of(make.__name__, right))
    assert lv.load_spec("f.yaml").closed
    assert run("f.yaml", "--model", of(make.__name__, right))[0] == 0
    assert run("f.yaml", "--model", "f.yaml", "--static")[0] == 0


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "STFTSpectrogram"])
def test_every_layer_is_frozen_with_its_arguments(run, frozen_from, name):
    Path("s.yaml").write_text(smallest_spec(name), encoding="utf-8")
    text = frozen_from("s.yaml")
    assert "NOT pinned" not in text
    assert run("f.yaml", "--model", "s.yaml", "--static")[0] == 0
    assert body(frozen_from("f.yaml")) == body(text)


def application(name, **arguments):
    import keras

    with keras.StatelessScope(initialize_variables=False):
        return lv.read(getattr(keras.applications, name)(weights=None, **arguments))


@pytest.mark.parametrize("name", ["MobileNetV2", "ResNet50", "EfficientNetB0"])
def test_well_known_models_are_rebuilt(tmp_path, name):
    model = application(name, input_shape=(64, 64, 3), classes=10)
    file = tmp_path / "f.yaml"
    file.write_text(freeze(model, name).text, encoding="utf-8")
    spec = lv.load_spec(file)
    assert spec.closed
    assert lv.check(spec, model).holds
    assert lv.check(spec, lv.read(lv.build(spec))).holds


def test_what_keras_applications_define_for_themselves_is_said_to_be_open(tmp_path):
    model = application("ConvNeXtTiny", input_shape=(32, 32, 3))
    found = freeze(model, "ConvNeXtTiny")
    file = tmp_path / "f.yaml"
    file.write_text(found.text, encoding="utf-8")
    assert not lv.load_spec(file).closed
    assert lv.check(lv.load_spec(file), model).holds
    assert "claims alone" in found.warnings[0]
    assert "# - the class LayerScale, which no claim can state: " in found.text
    assert "and 12 more" in found.text  # of 18, 3 + 3 + 9 + 3 blocks


# of which it is not


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    """The specs of the small network, one with layers, one of claims alone."""
    folder = tmp_path_factory.mktemp("specs")
    for kind, strange in (("closed", False), ("open", True)):
        text = freeze(lv.read(frozen.small(strange=strange)), kind).text
        (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
        assert lv.load_spec(folder / f"{kind}.yaml").closed is not strange
    return folder


@pytest.mark.parametrize("change", frozen.CHANGES)
@pytest.mark.parametrize("kind", ["closed", "open"])
def test_any_change_is_noticed(specs, kind, change):
    spec = lv.load_spec(specs / f"{kind}.yaml")
    strange = kind == "open"
    assert lv.check(spec, lv.read(frozen.small(strange=strange))).holds
    other = lv.read(frozen.small(strange=strange, **frozen.CHANGES[change]))
    verdict = lv.check(spec, other)
    assert [one for one in verdict.failing if one.outcome is lv.Outcome.BROKEN]


def test_a_dropout_more_computes_the_same(specs):
    spec = lv.load_spec(specs / "closed.yaml")
    assert lv.check(spec, lv.read(frozen.small(insert="dropped"))).holds


def test_it_fails_on_another_model(run, frozen_from):
    frozen_from(of("small"))
    code, out, _ = run("f.yaml", "--model", of("small"), "--arg", "units=6")
    assert code == 1
    assert "units: 5 expected, 6 observed" in out


# what no spec can say


@pytest.mark.parametrize(
    ("name", "why", "unpinned"),
    [
        (
            "strange",
            ["of the class tests.models.frozen.Doubled: doubled"],
            ["the class tests.models.frozen.Doubled, which no claim can state: doubled"],
        ),
        (
            "shared",
            ["called 2 times, with the same weights: twice"],
            ["what feeds its later calls, and which call feeds what: twice"],
        ),
        (
            "masked",
            ["handed a tensor as its attention_mask: mha"],
            ["that it is handed a tensor as its attention_mask: mha"],
        ),
        (
            "operations",
            ["of the class ops.Add: add", "of the class ops.Mean: mean"],
            [
                "the class ops.Add, which no claim can state: add",
                "the class ops.Mean, which no claim can state: mean",
                "x2, whose value no claim can state: add",
            ],
        ),
    ],
)
def test_what_is_left_open_stands_at_the_top(run, name, why, unpinned):
    code, text, err = run("freeze", of(name))
    assert code == 0
    assert err.startswith(f"warning: {of(name)}: no recipe of Keras's own layers")
    assert below(text, "No recipe of Keras's own layers makes this:") == why
    assert below(text, "NOT pinned:") == unpinned
    assert "\nlayers:" not in text


def test_names_that_mean_something_else_choose_their_layer(run, frozen_from):
    """In a spec of claims alone, `output` and `last[2]*` would be no names."""
    text = frozen_from(of("strange"))
    assert '"[o]utput": ' in text
    assert '"last[[]2][*]": ' in text
    assert run("f.yaml", "--model", of("strange"))[0] == 0


def test_names_that_no_spec_can_have_are_told(frozen_from):
    text = frozen_from(of("nested"))
    renamed = below(text, "Called otherwise here:")
    assert renamed == ["e2/d is e2_d", "e2/leaky is e2_leaky", "input is input_"]


def test_hostile_names_are_the_same_to_every_reader_of_yaml(frozen_from):
    text = frozen_from(of("hostile"))
    assert text.isprintable() or not [c for c in text if not c.isprintable() and c != "\n"]
    document = yaml.safe_load(text)
    named = list(document["layers"])
    assert len(named) == len(frozen.HOSTILE) + 1
    others = {"every Dense", "model", "input", "é" * 300, "\x85", "\u2028"}  # called otherwise
    assert {name for name in frozen.HOSTILE if name not in named} == others
    assert named == [layer.name for layer in lv.load_spec("f.yaml").layers]


def test_a_title_that_is_no_text_is_replaced(run):
    """YAML has no way to write half a pair of surrogates, which JSON lets into a file."""
    dense = stored.layer("Dense", "d", stored.reads("x"), units=3)
    model = stored.functional([stored.given("x", 4), dense], outputs=[("d", 0, 0)])
    model["config"]["name"] = "half \ud800"
    Path("m.json").write_text(json.dumps(model), encoding="utf-8")
    code, text, _ = run("freeze", "m.json")
    assert code == 0
    assert yaml.safe_load(text)["title"] == "half \ufffd"


@pytest.mark.parametrize("name", [*CLOSED, *OPEN, "strange"])
def test_editors_have_nothing_to_complain_of(frozen_from, name):
    """The YAML is what any reader takes it for, and fits the schema that its first line names."""
    document = yaml.safe_load(frozen_from(of(name)))
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(document)) == []


# the command


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (of("opaque"), "cannot be frozen: calling Opaque on symbolic inputs failed: "),
        (of("Subclassed", right), "cannot be frozen: the model declares no input shape"),
        ("missing.keras", "missing.keras"),
    ],
)
def test_what_cannot_be_pinned_is_refused_in_a_line(run, model, message):
    code, out, err = run("freeze", model, "-o", "f.yaml")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert message in err
    assert not Path("f.yaml").exists()


def test_a_spec_is_not_replaced_unasked(run):
    assert run("freeze", LENET5, "--out", "new/f.yaml") == (0, "", "wrote new/f.yaml\n")
    file = Path("new/f.yaml")
    file.write_text("mine", encoding="utf-8")
    code, out, err = run("freeze", LENET5, "-o", "new/f.yaml")
    assert (code, out) == (2, "")
    assert err == "new/f.yaml is there already: --force replaces it\n"
    assert file.read_text() == "mine"
    assert run("freeze", LENET5, "-o", "new/f.yaml", "--force")[0] == 0
    assert file.read_text().startswith("# yaml-language-server")
    assert [path.name for path in Path("new").iterdir()] == ["f.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--force"], "--force is for a file that --out names, and there is none"),
        (["-o", "."], "--out takes a file, not '.'"),
        (["-o", "folder"], "folder is a folder: name a file in it with --out"),
        (["--arg", "a=1"], "--arg is for a factory"),
    ],
)
def test_bad_usage_is_a_line(run, arguments, message):
    Path("folder").mkdir()
    code, out, err = run("freeze", LENET5, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_static_runs_no_code(run):
    code, out, err = run("freeze", of("small"), "--static")
    assert (code, out) == (2, "")
    assert "--static runs no code" in err


def test_a_large_spec_says_which_limit_it_needs(run, frozen_from):
    code, _, err = run("freeze", LENET5, "-o", "f.yaml", "--limit", "spec-bytes=1000")
    assert code == 2  # lenet5.yaml itself is larger
    frozen_from(of("small"))
    code, _, err = run("freeze", of("small"), "--limit", "spec-bytes=1000")
    assert code == 0
    assert "to check it needs a raised limit: larger than spec-bytes 1000 allows" in err


def test_the_output_is_the_same_whatever_the_hash(run_cli):
    outs = {
        run_cli("freeze", "spec/lenet5.yaml", cwd=ROOT, env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert len(outs) == 1
