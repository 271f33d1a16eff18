"""What stands beside a stage: what it is called, the operation that leads to it, what is folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Layer
from lenet_verify.drawings.figure.stages import EQUAL, LEFT_OUT, Stage
from lenet_verify.drawings.figure.units import Unit, first_shape
from lenet_verify.drawings.marks import Marks
from lenet_verify.drawings.telling import outputs, parameters, shortened, summary
from lenet_verify.notation import as_json, as_text
from lenet_verify.visible import visible

_OPERATIONS: Mapping[str, str] = {
    "SeparableConv": "Separable convolutions",
    "DepthwiseConv": "Depthwise convolutions",
    "AveragePooling": "Subsampling",
    "Subsampling": "Subsampling",
    "SparseConv": "Convolutions",
    "EuclideanRBF": "Radial basis functions",
    "MaxPooling": "Max pooling",
    "GlobalAveragePooling": "Global averages",
    "GlobalMaxPooling": "Global maxima",
    "Dense": "Full connection",
    "Flatten": "Flatten",
    "ZeroPadding": "Padding",
    "MultiHeadAttention": "Attention",
    "BatchNormalization": "batch norm",
    "LayerNormalization": "layer norm",
    "GroupNormalization": "group norm",
}
"""What the field calls what layers do, by the beginning of their types."""

_LONGEST_NAME = 1000
"""Letters of a layer's name where all of a stage is told."""
_LONG = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "MultiHeadAttention",
)
"""Types that are told in words even among others."""
_MOST_WORDS = 4


@dataclass(frozen=True)
class Label:
    """What a stage is called: `C1`, `feature maps`, `6@28x28`, `×2`."""

    name: str
    kind: str
    shape: str
    times: str = ""

    @property
    def in_words(self) -> str:
        """All of it."""
        return " ".join(filter(None, (self.name, self.kind, self.shape, self.times)))


def label(stage: Stage, marks: Marks) -> Label:
    """What stands over a stage."""
    if stage.ghost is not None:
        return Label(visible(stage.ghost.name), "", "")
    layer = stage.units[-1].end
    shapes = outputs(layer)
    if ends := stage.units[-1].ends:
        shapes = ", ".join(dict.fromkeys(map(outputs, ends)))
    return Label(_name(stage, marks), _kind(stage, layer), shapes, _times(stage))


def operation(stage: Stage) -> tuple[str, str]:
    """What stands below the way to a stage: the operation in words, and how it is done."""
    if stage.ghost is not None or stage.units[0].is_input:
        return "", ""
    unit = stage.units[-1]
    if len(stage.units) == 1 and _is_part_in_a_row(unit):
        return _in_a_row(unit), ""
    if not stage.is_one_layer:
        return _several(stage), ", ".join(_main_types(stage))
    layer = unit.end
    words = [_in_words(one) for one in unit.before] + [_in_words(layer)]
    words = list(dict.fromkeys(words))
    text = ", ".join(words[:1] + [word[:1].lower() + word[1:] for word in words[1:]])
    return text, ", ".join(dict.fromkeys([*_how(layer), *map(_briefly, unit.after)]))


def folds(stages: Sequence[Stage], marks: Marks) -> Iterator[str]:
    """A line for each stage that stands for more than it shows.

    What is drawn with the one layer of a stage is told among the operations, below the way to it.
    """
    for stage in stages:
        if stage.ghost is not None or stage.is_one_layer:
            continue
        first, last = stage.layers[0], stage.layers[-1]
        told = label(stage, marks)
        name = "" if told.name == _counted(len(stage.layers)) else f"{shortened(told.name)} "
        ends = "" if first is last else f": {shortened(first.name)} to {shortened(last.name)}"
        words = f"{name}{shortened(told.shape)} {told.times}".rstrip()
        yield f"{words} stands for {_amount(stage)}{ends}"


def _amount(stage: Stage) -> str:
    """`32 layers, some in branches`."""
    within = sum(1 for _ in leaves(stage.layers)) - len(stage.layers)
    nested = sum(bool(layer.layers) for layer in stage.layers)
    if nested == len(stage.layers) == 1:
        return f"a model of {_counted(within + 1)}"
    count = _counted(len(stage.layers))
    if nested:
        count += f", {within + nested:,} more inside of them"
    if any(len(unit.layers) > 1 and not _is_part_in_a_row(unit) for unit in stage.units):
        return f"{count}, some in branches"
    return count


def _counted(layers: int) -> str:
    return f"{layers:,} layer" + "s" * (layers != 1)


def in_full(stage: Stage) -> str:
    """Every layer of a stage, a line each."""
    if stage.ghost is not None:
        return f"{visible(stage.ghost.name, _LONGEST_NAME)}: {stage.ghost.mark.word or 'missing'}"
    return "\n".join(
        f"{visible(layer.name, _LONGEST_NAME)}: {summary(layer)}, {outputs(layer)}, "
        f"{parameters(layer.params)}"
        for layer in stage.layers
    )


def _name(stage: Stage, marks: Marks) -> str:
    if len(stage.units) == 1 and _is_part_in_a_row(stage.units[0]):
        return visible(stage.end.name if stage.end else "")
    if len(stage.units) == 1 and stage.units[0].is_part and len(stage.layers) > 1:
        return _counted(len(stage.layers))
    if len(stage.units) == 1 and stage.units[0].ends:
        return f"{len(stage.units[0].ends)} outputs"
    ends = []
    for unit in stage.units:
        mark = marks.layers.get((unit.end.name,))
        ends.append(" + ".join(mark.names) if mark and mark.names else unit.end.name)
    if len(ends) == 1:
        return visible(ends[0])
    if stage.why != EQUAL:
        return _counted(len(stage.layers))
    least, most = min(ends), max(ends)
    same = next((at for at, one in enumerate(least) if one != most[at]), len(least))
    common = least[:same]
    if any(one[same : same + 1].isdigit() for one in ends):
        common = common.rstrip("0123456789")  # half a number is none
    common = common.rstrip("_-./ ")
    return visible(common if len(common) > 1 else f"{ends[0]} … {ends[-1]}")


def _is_part_in_a_row(unit: Unit) -> bool:
    """Whether connections pass by layers of which each follows the one before."""
    return unit.is_part and unit.is_chain and not unit.ends


def _in_a_row(unit: Unit) -> str:
    """What such layers do, one after the other."""
    words = list(dict.fromkeys(_in_words(one) for one in unit.all_layers if not _is_minor(one)))
    if len(words) > _MOST_WORDS:
        return f"{len(unit.all_layers):,} layers"
    return ", ".join(words[:1] + [word[:1].lower() + word[1:] for word in words[1:]])


def _is_minor(layer: Layer) -> bool:
    return "Normalization" in layer.type or layer.type in ("Activation", "Dropout", "ReLU")


def _kind(stage: Stage, layer: Layer) -> str:
    shape = first_shape(layer)
    if not stage.is_one_layer or shape is None or not shape.sizes:
        return ""
    if layer.type == "InputLayer" or layer.name in ("input", "output"):
        return ""
    return {1: "layer", 2: "sequence"}.get(len(shape.sizes), "feature maps")


def _times(stage: Stage) -> str:
    return f"×{len(stage.units)}" if stage.why == EQUAL else ""


def _several(stage: Stage) -> str:
    if stage.why == LEFT_OUT:
        return f"… {len(stage.units):,} stages"
    if len(stage.units) == 1 and stage.units[0].is_part:
        return "Branches"
    if stage.why == EQUAL and stage.units[-1].branches:
        return f"{len(stage.units)} blocks"
    if stage.why == EQUAL:
        return f"{_in_words(stage.units[-1].end)} {_times(stage)}"
    if len(stage.units) == 1 and len(stage.layers) == 1:
        return "Nested model"
    return "Block" if len(stage.units) == 1 else f"{len(stage.units):,} steps"


def _main_types(stage: Stage) -> list[str]:
    if stage.why == EQUAL and not stage.units[-1].branches:
        return _how(stage.units[-1].end)
    counts: dict[str, int] = {}
    for layer in leaves(stage.layers):
        if layer.params or layer.name == stage.units[-1].end.name:
            counts[layer.type] = counts.get(layer.type, 0) + 1
    last = stage.units[-1].end.type
    order = {name: ("Normalization" in name, name == last, -counts[name], name) for name in counts}
    types = sorted(counts, key=order.__getitem__)
    return [(name in _LONG and _of_type(name)) or _briefly_type(name) for name in types[:3]]


def leaves(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers, in place of each nested model those inside of it."""
    for layer in layers:
        if layer.layers:
            yield from leaves(layer.layers)
        else:
            yield layer


def _in_words(layer: Layer) -> str:
    words = _of_type(layer.type)
    if words is None and layer.type.startswith("Conv"):
        words = "Transposed convolutions" if "Transpose" in layer.type else "Convolutions"
    return words or _briefly_type(layer.type)


def _of_type(name: str) -> str | None:
    if "." in name or ">" in name:
        return None
    return next((words for start, words in _OPERATIONS.items() if name.startswith(start)), None)


def _briefly(layer: Layer) -> str:
    if layer.type in ("Activation", "ReLU", "Softmax") and layer.activation:
        return shortened(layer.activation, 24)
    return _of_type(layer.type) or _briefly_type(layer.type)


def _briefly_type(name: str) -> str:
    return shortened(name, 24)


def _how(layer: Layer) -> list[str]:
    """`5x5`, `/ 2`, `same`, `tanh`: the arguments that decide on shapes."""
    words = []
    config = layer.config
    for key in ("kernel_size", "pool_size"):
        if config.get(key) is not None:
            words.append(as_text(as_json(config[key])))
    strides = config.get("strides")
    if strides is not None and words:
        each = strides if isinstance(strides, list | tuple) else (strides,)
        if any(step != 1 for step in each):
            same = all(step == each[0] for step in each)
            words[-1] += f" / {as_text(each[0] if same else as_json(strides))}"
    if layer.type.startswith("AveragePooling"):
        words.insert(0, "average")
    if layer.activation not in (None, "linear"):
        words.append(shortened(layer.activation or "", 24))
    return [shortened(word, 24) for word in words]
