"""What each code of a finding means: the one home of these texts.

`lenet-verify explain CODE` prints them, the rules of SARIF quote them, and `docs/codes.md` is
made of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from lenet_verify.errors import UsageError
from lenet_verify.quoting import nearest


@dataclass(frozen=True)
class Code:
    """One kind of finding.

    Attributes:
        name: stable from version to version.
        title: what such a finding says, in a sentence without its full stop.
        about: what there is to know of it.
        change: what somebody did to LeNet-5, so that the example came of it.
        example: how the terminal tells it.
        mend: what to do.
    """

    name: str
    title: str
    about: str
    change: str
    example: str
    mend: str


_ALL = (
    Code(
        "shape",
        "An output or input shape, or a size along its axes, is not the one claimed",
        "Output and input shapes of layers and of the model, stages, downsampling and receptive "
        "fields. The first broken shape in the network is the cause of those after it.",
        'C1 is padded: padding="same".',
        "✗ output: 6@28x28 expected, 6@32x32 observed  [ii]  spec/lenet5.yaml:43",
        "Look at the kernel, the stride and the padding of the first layer that is listed, and at "
        "the input.",
    ),
    Code(
        "params",
        "A layer has more or fewer weights than claimed",
        "The count of a layer's weights, or of those that are trained or not.",
        "C1 has no bias: use_bias=False.",
        "✗ params: 156 expected, 150 observed  [parameters]  spec/lenet5.yaml:146",
        "Look at units or filters, at the bias, and at the shape that comes in.",
    ),
    Code(
        "activation",
        "A layer applies another function than claimed",
        "The activation, that of Activation layers after it included: 'tanh, then relu' means "
        "that there is one too many.",
        'F6 has activation="relu".',
        "✗ activation: tanh expected, relu observed  [tanh]  spec/lenet5.yaml:109",
        "Give the layer the claimed function, once: in its argument or in a layer after it.",
    ),
    Code(
        "argument",
        "An argument of a layer, or of compile, is not the one claimed",
        "Any argument of a layer's Keras class under its own name, and of the model its optimizer, "
        "loss and metrics.",
        "S2 has strides=1.",
        "✗ strides: 2 expected, 1x1 observed  [average-pooling]  spec/lenet5.yaml:124",
        "Give the argument the claimed value; one that is left out has the default of Keras.",
    ),
    Code(
        "type",
        "A layer is of another class than claimed",
        "The layer's Keras class, or the family that the claim names.",
        "S4 is a MaxPooling2D.",
        "✗ type: AveragePooling2D expected, MaxPooling2D observed  [average-pooling]  "
        "spec/lenet5.yaml:124",
        "Use the claimed class. Where another form computes the same, it is known by the rewrites "
        "in docs/facts.md; any other form is another layer.",
    ),
    Code(
        "connection",
        "A layer is fed by others than claimed, or other layers leave the model",
        "What feeds a layer, how many inputs the model has, and which layers are its outputs.",
        "F6 reads what C5 reads.",
        "✗ inputs: C5 expected, flatten observed  [vii-F6]  spec/lenet5.yaml:92",
        "Connect the layers as in the spec, in its order.",
    ),
    Code(
        "count",
        "There are more or fewer of something than claimed",
        "How many layers of a class or family the model has, its depth, and a layer's connections, "
        "multiply-adds and neurons.",
        "There is a second F6 after the first.",
        "✗ layers: dense: 3 expected, dense: 4 observed  [vii]  spec/lenet5.yaml:76",
        "Look for the layer that is missing or extra, or whose sizes differ: it is listed too.",
    ),
    Code(
        "total",
        "A count of the whole model is not the one claimed",
        "The model's parameters, connections, multiply-adds or neurons; each weight counts once. "
        "Without a claim: layers share weights, or some belong to none of them.",
        "C1 has no bias: use_bias=False.",
        "✗ params: 61,706 expected, 61,700 observed  [total]  spec/lenet5.yaml:158",
        "Mend the layers first: the total follows from them.",
    ),
    Code(
        "missing-layer",
        "The model lacks a layer that the spec has",
        "No layer of the model stands for it, by its name, its kind or its place. A claim on such "
        "a layer is broken.",
        "F6 was left out.",
        "✗ missing: the model has no Dense here (6 facts claimed of it)  [structure]  "
        "spec/lenet5.yaml:27",
        "Add the layer, in its place.",
    ),
    Code(
        "extra-layer",
        "The model has a layer that computes something and that the spec has not",
        "A spec with layers is closed: what is not in it may not be in the model. Layers that do "
        "nothing at inference, such as Dropout, are no extra layers.",
        "There is a BatchNormalization before F6.",
        "✗ extra BatchNormalization: the spec has no such layer, and it computes something  "
        "[structure]",
        "Remove the layer, or add it to the spec if the paper has it.",
    ),
    Code(
        "unreachable-layer",
        "A layer has no effect on the model's output",
        "The model has the layer, and nothing that leaves the model reads it. With weights this is "
        "broken, since they count; without any it is skipped.",
        "A second C5 is made and called, and its result is never used.",
        "✗ Dense: the model has this layer, but it has no effect on its output  [structure]",
        "Remove the layer, or connect it.",
    ),
    Code(
        "opaque",
        "Something of your own, whose inside cannot be read",
        "A custom layer, a Lambda, a function of your own, a call with more than its inputs: what "
        "it computes is unknown, and unknown is never a pass.",
        "C1 is a class of your own in a model file.",
        "? type: Conv2D expected, is mine>MyConv; unknown: what mine>MyConv computes cannot be "
        "read: it is no class of Keras  [ii]  spec/lenet5.yaml:43",
        "Use the class of Keras itself, or accept the fact as unknown in a deviation, with the "
        "reason (docs/configuration.md).",
    ),
    Code(
        "derivations-disagree",
        "What Keras or a file says, and what its arguments come to, differ",
        "Every shape and count is derived a second time, without any framework. Where the two "
        "differ, one of them is wrong, so the fact is unknown.",
        "In a model file, C3 declares that it was built on 15x15.",
        "? output: 6@14x14 expected; unknown: the two derivations disagree: the model says "
        "6@15x15, inference 6@14x14  [iii]  spec/lenet5.yaml:50",
        "Of a file: save it anew, somebody has edited it. Of a live model: please report it.",
    ),
    Code(
        "weights",
        "The weights in a file have other shapes than its config implies",
        "With --weights: the shapes of each layer's weights in the file, against those that the "
        "config implies. They need not be of one model.",
        "The file keeps the weights of a Dense of 83 units for F6.",
        "✗ weights: 120x84, 84 expected, 120x83, 83 observed (its file keeps other weights than "
        "its config implies)  [structure]",
        "Save the model anew.",
    ),
    Code(
        "not-compiled",
        "A claim on optimizer, loss or metrics, and the model was never compiled",
        "It is skipped, not failed: an architecture is not wrong for not having been trained.",
        "The model file was saved before compile.",
        "– optimizer: adam expected; skipped: the model is not compiled  [compile]  "
        "spec/lenet5.yaml:138",
        "Compile the model in its factory, or before it is saved, to have the claim checked.",
    ),
    Code(
        "result",
        "A trained model does better or worse than claimed",
        "A test error, an accuracy, the epochs of a training run (--run), against the number that "
        "is claimed, as precise as that is printed.",
        "Trained, it has 120 of 10,000 test images wrong.",
        "✗ test_error: 0.95% expected, 1.2% observed  [test-error]  mine.yaml:36",
        "Train it as the source did: its data, preprocessing, schedule and epochs stand under "
        "training: in the spec. Another seed may give another number.",
    ),
    Code(
        "not-run",
        "A claim on behaviour, and no training run is given that says anything of it",
        "Without a run it is skipped, not failed: an architecture is not wrong for not having been "
        "trained. With --with-training, or where a run leaves it out, it is unknown, which fails.",
        "It is checked without --run.",
        "– test_error: 0.95% expected; skipped: no training run is given  [test-error]  "
        "mine.yaml:36",
        "Train the model (lenet-verify train) and name the run with --run, or in the "
        "configuration.",
    ),
    Code(
        "stale",
        "The training run is no evidence of this spec, or of this model",
        "A run's record keeps what was trained: the network, the data, how, and the model's file. "
        "Where one of them is another now, or the run was stopped early, what it says is unknown. "
        "Changed claims, comments and quotes do not matter; nor does another seed.",
        "The spec was given more epochs since the run.",
        "? test_error: 0.95% expected; unknown: the run has epochs 10, and the spec 20  "
        "[test-error]  mine.yaml:36",
        "Train it again, or name the run that belongs to it.",
    ),
    Code(
        "unused-deviation",
        "A deviation that none of its models needs",
        "A warning, which fails nothing. It says where the deviation stands, and names the nearest "
        "layer if the spec has none of that name.",
        "A deviation accepts a linear output, and the model has a softmax.",
        "warning: spec/lenet5.yaml: unused-deviation: nothing deviates in activation of output as "
        "accepted (pyproject.toml:5)",
        "Remove the deviation, or mend its layer, fact or value.",
    ),
)

CODES: Mapping[str, Code] = {code.name: code for code in _ALL}
"""Every code that a finding can have, by its name."""


def explained(name: str) -> str:
    """All there is to know of a code, as text for a terminal.

    Raises:
        UsageError: there is no such code.
    """
    if name not in CODES:
        near = nearest(name, CODES)
        hint = f"did you mean '{near}'?" if near else "'lenet-verify explain' lists them"
        raise UsageError(f"there is no code '{name}'; {hint}")
    code = CODES[name]
    return "\n\n".join(
        [
            _wrapped(f"{code.name}: {code.title}."),
            _wrapped(code.about),
            _wrapped(f"For example, in LeNet-5: {code.change}"),
            f"    {code.example}",
            _wrapped(f"To mend it: {code.mend}") + "\n",
        ]
    )


def listed() -> str:
    """Every code in a line."""
    width = max(map(len, CODES))
    return "".join(f"{code.name.ljust(width)}  {code.title}\n" for code in _ALL)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 88, break_long_words=False, break_on_hyphens=False)
