"""Random whole models: whatever fits is put on what is there already."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from lenet_verify import infer
from lenet_verify.architecture import Architecture, Shape
from lenet_verify.builder import ONE_BY_ONE, build_for_checking
from lenet_verify.errors import InferenceError
from lenet_verify.framework import import_keras
from lenet_verify.readers import read
from lenet_verify.spec import LayerRecipe, Spec
from lenet_verify.spec.contents import Input
from lenet_verify.vocabulary import LAYERS, read_layer
from tests.parity.calling import called, layer_of, operated
from tests.parity.case import Case, Sizes
from tests.parity.cases import CASES
from tests.parity.compare import compare, listed
from tests.parity.saved import WITH_WEIGHTS, held_in_file, held_with_weights, saved
from tests.parity.whole import Held, differences, held_against_inference, weights_by_path

keras = import_keras()

TRIES = 60
"""How many random layers are tried before one more is given up."""

TYPES = tuple(type_ for type_ in CASES if type_ not in ("Equalization", "MelSpectrogram"))
"""Equalization gives back its very input, which then seems to come from itself; MelSpectrogram
says another shape than it gives, of most of what it takes."""

MERGING = tuple(type_ for type_ in TYPES if LAYERS.get(type_) and LAYERS[type_].family == "merging")


ELASTIC = frozenset(
    type_
    for type_ in CASES
    if type_ in LAYERS
    and type_ != "Reshape"
    and LAYERS[type_].family in ("convolution", "pooling", "reshaping", "regularization")
) | {"Dense", "Activation", "ReLU"}
"""Keras refuses to call these again on what does not fit; of other layers, it leaves that to the
backend."""

MODEL = Case("Model")


@dataclass
class _Growing:
    """A model that grows.

    Attributes:
        tensors: that a further layer may take.
        used: the ids of those that one has taken.
        inputs: the model's.
        layers: that may be called again.
        recipe: what was put on what, as a spec would say it.
        cases: every call of a layer, those in models inside too.
    """

    rng: Random
    inputs: list[Any] = field(default_factory=list)
    tensors: list[Any] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    layers: list[tuple[Case, Any, list[Any]]] = field(default_factory=list)
    recipe: list[tuple[Case, list[Any], Any]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def input(self, shape: Sizes, dtype: str) -> Any:
        tensor = keras.Input(shape, dtype=dtype)
        self.inputs.append(tensor)
        self.tensors.append(tensor)
        return tensor

    def take(self, fed: list[Any], outputs: Any) -> None:
        """What came out of a layer may go into the next."""
        self.used |= {id(tensor) for tensor in fed}
        self.tensors += keras.tree.flatten(outputs)

    def model(self) -> Any:
        """Everything that nothing takes leaves the model, or some of it."""
        ends = [tensor for tensor in self.tensors if id(tensor) not in self.used]
        entrances = {id(tensor) for tensor in self.inputs}
        ends = [tensor for tensor in ends if id(tensor) not in entrances] or ends
        if self.rng.random() < 0.2:
            ends = self.rng.sample(ends, self.rng.randint(1, len(ends)))
        return keras.Model(_alone(self.inputs), _alone(ends))


@dataclass(frozen=True)
class Grown:
    """A random model.

    Attributes:
        model: of Keras; None if nothing came of it.
        cases: every call of a layer in it.
        held: the model, read and held against inference.
    """

    model: Any
    cases: Sequence[Case]
    held: Held


def graph(rng: Random, *, real: bool = False) -> Grown:
    """A random model with branches, shared layers and nested models, read and held.

    Args:
        rng: what it is drawn by.
        real: whether it has weights.
    """
    with _quietly(real):
        growing = _Growing(rng)
        if not _begin(growing, TYPES):
            return Grown(None, (), Held("nothing to begin with"))
        for _ in range(rng.randint(1, 7)):
            rng.choice((_layer, _layer, _layer, _merge, _again, _nest))(growing)
        model = growing.model()
    held = held_against_inference(read(model), weights_by_path(model))
    return Grown(model, growing.cases, _excused(held, growing.cases))


def sequential(rng: Random, *, real: bool = False) -> Grown:
    """A random Sequential, read and held: one that declares its input, one that was called on
    something, or (then there is nothing to hold) one that is not built."""
    with _quietly(real):
        growing = _Growing(rng)
        plain = [type_ for type_ in TYPES if type_ in LAYERS and type_ not in MERGING]
        if not _begin(growing, plain) or len(growing.tensors) != 2:
            return Grown(None, (), Held("nothing to begin with"))
        for _ in range(rng.randint(0, 5)):
            _further(growing, plain)
        layers = [layer for _, layer, _ in growing.layers]
        first = growing.inputs[0]
        given = first.shape[1:], first.dtype
        way = rng.choice(("declared", "declared", "called", "not built"))
        try:
            if way == "declared":
                model = keras.Sequential([keras.Input(given[0], dtype=given[1]), *layers])
            else:
                model = keras.Sequential([_anew(layer) for layer in layers])
                if way == "called":
                    model(keras.KerasTensor((None, *given[0]), dtype=given[1]))
        except Exception:  # whatever Keras refuses with
            return Grown(None, (), Held("refused"))
    if way == "not built":
        return Grown(model, growing.cases, Held("not built"))
    held = held_against_inference(read(model), weights_by_path(model))
    return Grown(model, growing.cases, _excused(held, growing.cases))


def _further(growing: _Growing, types: Sequence[str]) -> None:
    """One more layer at the end of a chain."""
    before = list(growing.tensors)
    growing.tensors = before[-1:]
    count = len(growing.layers)
    _layer(growing, types)
    more = len(growing.tensors) > 2
    if len(growing.layers) > count and (more or len(growing.layers[-1][2]) > 1):
        growing.layers.pop()  # it takes or gives more than one tensor
        growing.cases.pop()
        growing.tensors = before[-1:]


def _anew(layer: Any) -> Any:
    """The same layer, never called."""
    return type(layer).from_config(layer.get_config())


def spec(rng: Random, *, real: bool = False) -> Grown:
    """A random recipe, built by Keras from the spec and inferred from the spec."""
    types = [type_ for type_ in TYPES if type_ in LAYERS]
    with _quietly(real):
        growing = _Growing(rng)
        if not _begin(growing, types):
            return Grown(None, (), Held("nothing to begin with"))
        for _ in range(rng.randint(1, 6)):
            if rng.random() < 0.25:
                _merge(growing)
            else:
                _layer(growing, types)
    try:
        recipe = _spec(growing)
    except ValueError:  # the vocabulary has no words for one of the arguments
        return Grown(None, (), Held("not to be said in a spec"))
    model = build_for_checking(recipe)
    observed = read(model)
    try:
        derived = infer(recipe)
    except InferenceError as e:
        title = " ".join(layer.type for layer in recipe.layers)
        held = Held(title, len(recipe.layers), (), (f"refused: {e}",))
    else:
        held = differences(_by_name(observed), _by_name(derived), weights_by_path(model))
    return Grown(model, growing.cases, _excused(held, growing.cases))


def in_files(grown: Grown, formats: Sequence[str]) -> Iterator[tuple[str, Held]]:
    """A random model in files, each read and held against the model.

    Args:
        grown: the model.
        formats: of the files; those other than JSON take a model that has weights.
    """
    if grown.model is None:
        return
    live, weights = read(grown.model), weights_by_path(grown.model)
    with TemporaryDirectory() as folder:
        for format_ in formats:
            try:
                path = saved(grown.model, Path(folder), format_)
            except Exception:  # whatever Keras refuses to save it with
                yield f".{format_}", Held("not to be saved")
                continue
            yield f".{format_}", _excused(held_in_file(live, path), grown.cases)
            if format_ in WITH_WEIGHTS:
                held = held_with_weights(live, weights, path)
                if held.layers or held.disagreements:  # it has any
                    yield f"weights in .{format_}", _excused(held, grown.cases)


def _excused(held: Held, cases: Sequence[Case]) -> Held:
    """A model of which Keras is odd about one of the layers is odd itself."""
    if held.disagreements and any(compare(case).outcome == "odd" for case in cases):
        return replace(held, disagreements=(), odd=True)
    return held


GROWN: Mapping[str, Callable[..., Grown]] = {
    "graph": graph,
    "sequential": sequential,
    "spec": spec,
}

KINDS: Mapping[str, Callable[[Random], Held]] = {
    kind: lambda rng, grow=grow: grow(rng).held for kind, grow in GROWN.items()
}


def _begin(growing: _Growing, types: Sequence[str]) -> bool:
    """The first layer, on inputs of its own."""
    for _ in range(TRIES):
        type_ = growing.rng.choice(types)
        case = CASES[type_](growing.rng)
        count = len(growing.inputs)
        fed = [growing.input(shape, case.dtype) for shape in case.shapes]
        if _put(growing, case, fed):
            return True
        del growing.inputs[count:], growing.tensors[count:]
    return False


def _layer(growing: _Growing, types: Sequence[str] = TYPES) -> None:
    """One more layer of any type, on what is there; a further input may be new."""
    for _ in range(TRIES):
        case = CASES[growing.rng.choice(types)](growing.rng)
        fed = _fitting(growing, case)
        if fed is None:
            continue
        if len(case.shapes) > 1 and growing.rng.random() < 0.3:
            # of another shape than what is there, if that is not fitting
            if not _put(growing, case, fed) and _put_on_new(growing, case, fed[0]):
                return
        elif _put(growing, case, fed):
            return


def _merge(growing: _Growing) -> None:
    """One more layer that joins what is there."""
    if MERGING:
        _layer(growing, MERGING)


def _put_on_new(growing: _Growing, case: Case, first: Any) -> bool:
    before = list(growing.inputs), list(growing.tensors)
    fed = [first, *(growing.input(shape, case.dtype) for shape in case.shapes[1:])]
    if _put(growing, case, fed):
        return True
    growing.inputs, growing.tensors = before
    return False


def _fitting(growing: _Growing, case: Case) -> list[Any] | None:
    """A tensor of the same rank and kind of dtype for each input of a case."""
    fed: list[Any] = []
    for shape in case.shapes:
        like = [
            tensor
            for tensor in growing.tensors
            if len(tensor.shape) == len(shape) + 1 and _kind(tensor.dtype) == _kind(case.dtype)
        ]
        alike = [tensor for tensor in like if fed and tensor.shape == fed[0].shape]
        like = alike if alike and growing.rng.random() < 0.7 else like
        if not like:
            return None
        # the newest more often, so that there are chains too
        fed.append(like[-1] if growing.rng.random() < 0.5 else growing.rng.choice(like))
    return fed or None


def _kind(dtype: str) -> str:
    return "float" if "float" in dtype else "int" if "int" in dtype else dtype


def _put(growing: _Growing, case: Case, fed: list[Any]) -> bool:
    """Whether Keras takes the layer there."""
    try:
        if case.type.startswith("ops."):
            outputs = operated(case.type, fed, case.arguments)
        else:
            layer = layer_of(case.type, case.arguments)
            outputs = called(case.type, layer, fed)
    except Exception:  # whatever Keras refuses with
        return False
    growing.take(fed, outputs)
    growing.cases.append(_on(case, fed))
    growing.recipe.append((case, fed, outputs))
    if not case.type.startswith("ops."):
        growing.layers.append((case, layer, fed))
    return True


def _on(case: Case, fed: list[Any]) -> Case:
    """A case with what its layer is really put on."""
    shapes = tuple(tuple(tensor.shape)[1:] for tensor in fed)
    return replace(case, shapes=shapes, dtype=str(fed[0].dtype))


def _again(growing: _Growing) -> None:
    """A layer that is there already is called once more, on something else."""
    if not growing.layers:
        return
    case, layer, fed = growing.rng.choice(growing.layers)
    other = _fitting(growing, _on(case, fed))
    if other is None or not (_same(other, fed) or (case.type in ELASTIC and not _open(other))):
        return
    try:
        outputs = layer(_alone(other)) if case == MODEL else called(case.type, layer, other)
    except Exception:  # whatever Keras refuses with
        return
    growing.take(other, outputs)
    if case != MODEL:
        growing.cases.append(_on(case, other))


def _open(tensors: list[Any]) -> bool:
    """Whether sizes are variable: a layer that has its weights takes them for what it likes."""
    return any(None in tensor.shape[1:] for tensor in tensors)


def _same(tensors: list[Any], others: list[Any]) -> bool:
    return [tensor.shape for tensor in tensors] == [tensor.shape for tensor in others]


def _nest(growing: _Growing) -> None:
    """A model inside the model, on one or two of the tensors that are there."""
    rng = growing.rng
    fed = rng.sample(growing.tensors, min(len(growing.tensors), rng.choice((1, 1, 2))))
    inner = _Growing(rng, cases=growing.cases)
    open_ = rng.random() < 0.2  # a model that takes more than it is given here
    for tensor in fed:
        sizes = tuple(tensor.shape)[1:]
        inner.input(
            tuple(rng.choice((size, None)) for size in sizes) if open_ else sizes, str(tensor.dtype)
        )
    for _ in range(rng.randint(1, 3)):
        if open_:
            _layer(inner, sorted(ELASTIC))
        else:
            rng.choice((_layer, _layer, _merge, _again, _sequential))(inner)
    if len(inner.tensors) == len(inner.inputs):
        return
    try:
        model = inner.model()
        model.trainable = rng.random() < 0.8
        # of further inputs that a layer inside wanted, the model wants them too
        more = [growing.input(tuple(t.shape)[1:], str(t.dtype)) for t in inner.inputs[len(fed) :]]
        fed += more
        outputs = model(_alone(fed))
    except Exception:  # whatever Keras refuses with
        return
    growing.layers.append((MODEL, model, fed))
    growing.take(fed, outputs)


def _sequential(growing: _Growing) -> None:
    """A Sequential of one to three layers, on a tensor that is there."""
    tensor = growing.rng.choice(growing.tensors)
    chain = _Growing(growing.rng, cases=growing.cases)
    chain.input(tuple(tensor.shape)[1:], str(tensor.dtype))
    plain = [type_ for type_ in TYPES if type_ in LAYERS and type_ not in MERGING]
    layers: list[Any] = []
    for _ in range(growing.rng.randint(1, 3)):
        _layer(chain, plain)
        if len(chain.layers) != 1 or len(chain.layers[0][2]) != 1:
            break
        layers.append(chain.layers.pop()[1])
        chain.tensors = chain.tensors[-1:]
    if not layers:  # it would give back its very input
        return
    try:
        model = keras.Sequential([keras.Input(tensor.shape[1:], dtype=tensor.dtype), *layers])
        outputs = model(tensor)
    except Exception:  # whatever Keras refuses with
        return
    growing.layers.append((MODEL, model, [tensor]))
    growing.take([tensor], outputs)


def _spec(growing: _Growing) -> Spec:
    """The recipe as a spec, as far as specs can have it: of a layer, the first output.

    Raises:
        ValueError: a spec has no words for one of the arguments.
    """
    names: dict[int, str] = {}
    inputs: list[Input] = []
    for number, tensor in enumerate(growing.inputs):
        names[id(tensor)] = f"input{number}"
        shape = Shape(tuple(tensor.shape)[1:])
        inputs.append(Input(f"input{number}", shape, str(tensor.dtype), 1))
    layers: list[LayerRecipe] = []
    taken: set[str] = set()
    for number, (case, fed, outputs) in enumerate(growing.recipe):
        if not _in_a_spec(case, fed) or any(id(tensor) not in names for tensor in fed):
            continue
        arguments = dict(read_layer(case.type, listed(case.arguments)))
        name = f"layer{number}"
        feeders = tuple(names[id(tensor)] for tensor in fed)
        layers.append(LayerRecipe(name, case.type, arguments, feeders, number, 1))
        names[id(keras.tree.flatten(outputs)[0])] = name
        taken |= set(feeders)
    if not layers:
        raise ValueError("nothing that a spec can have")
    inputs = [one for one in inputs if one.name in taken]
    ends = tuple(layer.name for layer in layers if layer.name not in taken)
    return Spec(
        path="random", sha256="", title="random", sources={}, inputs=tuple(inputs),
        layers=tuple(layers), outputs=ends, compile=None, claims=(),
    )  # fmt: skip


def _in_a_spec(case: Case, fed: Sequence[Any]) -> bool:
    """Whether a spec's layer is called on its inputs as this one was."""
    family = LAYERS[case.type].family
    if family == "merging":
        return len(fed) > 1
    return len(fed) == 1 or case.type in ONE_BY_ONE or family in ("attention", "preprocessing")


def _by_name(architecture: Architecture) -> Architecture:
    """The order of the layers is the reader's own affair."""
    layers = tuple(sorted(architecture.layers, key=lambda layer: layer.name))
    return replace(architecture, layers=layers)


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


@contextmanager
def _quietly(real: bool) -> Iterator[None]:
    """Where models are made: without weights, unless they are to be real."""
    stateless = nullcontext() if real else keras.StatelessScope(initialize_variables=False)
    with warnings.catch_warnings(), stateless:
        warnings.simplefilter("ignore")
        yield
