"""Random networks: chains, residual blocks, branches, twins, several inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from lenet_verify.architecture import Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import derive
from tests.mutation.layers import Arguments, drawn, of_type
from tests.mutation.meaning import meaning
from tests.mutation.network import INPUT, Network, Row
from tests.mutation.static import config_of

_TRIES = 12
_MOST = 900
"""Values that a tensor may have."""
_MERGES = ("Add", "Add", "Multiply", "Average", "Maximum", "Subtract", "Minimum", "Concatenate")

Sizes = tuple[int, ...]


def random_network(rng: Random) -> Network:
    """A network all of whose layers have an effect."""
    while True:
        net = _grown(rng)
        try:
            meaning(net)
        except ValueError:
            continue
        return net


def _grown(rng: Random) -> Network:
    growing = _Growing(rng)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        growing.input()
    steps = rng.randint(2, 9)
    while len(growing.rows) < steps + 1 or not growing.made():
        rng.choices(list(_STEPS), list(_STEPS.values()))[0](growing)
    return growing.network()


class _Growing:
    """A network that grows."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.rows: list[Row] = []
        self.sizes: dict[str, Sizes] = {}
        self.integers: set[str] = set()
        self.used: set[str] = set()
        self.counts: dict[str, int] = {}

    def made(self) -> int:
        return sum(row.type != INPUT for row in self.rows)

    def input(self) -> None:
        rng = self.rng
        shape: Sizes = rng.choice(
            (
                (rng.randint(1, 12), rng.randint(1, 12), rng.choice((1, 2, 3, 4))),
                (size := rng.randint(2, 12), size, rng.choice((1, 3, 4))),
                (rng.randint(1, 10), rng.choice((2, 3, 4, 6))),
                (rng.choice((3, 4, 6, 8)),),
            )
        )
        if rng.random() < 0.12:
            shape = (rng.randint(2, 8),)
            name = self._put(INPUT, {"shape": shape, "dtype": "int32"}, (), shape)
            self.integers.add(name)
            arguments = {"input_dim": rng.choice((10, 20)), "output_dim": rng.choice((3, 4))}
            self.put("Embedding", arguments, (name,))
            return
        self._put(INPUT, {"shape": shape}, (), shape)

    def tensors(self) -> list[str]:
        return [row.name for row in self.rows if row.name not in self.integers]

    def pick(self) -> str:
        """A tensor to go on with: mostly the last, or one that nothing reads yet."""
        known = self.tensors()
        unread = [name for name in known if name not in self.used]
        if unread and self.rng.random() < 0.8:
            return self.rng.choice((unread[-1], unread[-1], self.rng.choice(unread)))
        return self.rng.choice(known)

    def put(self, type_: str, arguments: Arguments, inputs: Sequence[str]) -> str | None:
        """A layer on some tensors; None if it does not take them."""
        sizes = shape_of(type_, arguments, [self.sizes[name] for name in inputs])
        if sizes is None:
            return None
        return self._put(type_, arguments, tuple(inputs), sizes)

    def _put(self, type_: str, arguments: Arguments, inputs: tuple[str, ...], sizes: Sizes) -> str:
        count = self.counts.get(type_, 0)
        self.counts[type_] = count + 1
        name = f"{_snake(type_)}_{count}" if count else _snake(type_)
        self.rows.append(Row(name, type_, dict(arguments), inputs))
        self.sizes[name] = sizes
        self.used |= set(inputs)
        return name

    def layer(self, above: str | None = None) -> str:
        """One more layer on a tensor; the tensor itself if none would go."""
        above = above or self.pick()
        for _ in range(_TRIES):
            found = self.put(*drawn(self.rng, self.sizes[above]), (above,))
            if found is not None:
                return found
        return above

    def unchanged_shape(self, above: str) -> str | None:
        """A layer that keeps the shape."""
        sizes = self.sizes[above]
        for _ in range(_TRIES):
            type_, arguments = drawn(self.rng, sizes)
            for count in ("filters", "units"):
                if count in arguments:
                    arguments[count] = sizes[-1]
            if shape_of(type_, arguments, [sizes]) == sizes:
                return self.put(type_, arguments, (above,))
        return None

    def merge(self, parts: Sequence[str]) -> str | None:
        type_ = self.rng.choice(_MERGES)
        if type_ == "Subtract" and len(parts) != 2:
            type_ = "Add"
        if type_ != "Concatenate" and len({self.sizes[part] for part in parts}) > 1:
            type_ = "Concatenate"
        axis = {"axis": self.rng.choice((1, 2))} if self.rng.random() < 0.2 else {}
        arguments = axis if type_ == "Concatenate" else {}
        return self.put(type_, arguments, parts)

    def network(self) -> Network:
        """What nothing reads leaves it, and now and then something else too."""
        rng = self.rng
        ends = [row.name for row in self.rows if row.name not in self.used and row.type != INPUT]
        if len(ends) > 2 and rng.random() < 0.7:
            ends = ends[-rng.randint(1, 2) :]
        inner = [row.name for row in self.rows if row.type != INPUT and row.name not in ends]
        if inner and rng.random() < 0.15:
            ends.append(rng.choice(inner))
        if rng.random() < 0.2:
            rng.shuffle(ends)
        net = Network(tuple(self.rows), tuple(ends)).pruned()
        unread = [row.name for row in net.inputs if row.name not in net.live()]
        net = net.dropped(*unread)
        inputs = [row for row in net.rows if row.type == INPUT]
        return Network((*inputs, *net.layers), net.outputs)


def shape_of(type_: str, arguments: Arguments, fed: Sequence[Sizes]) -> Sizes | None:
    """What a layer puts out; None if it does not take that, or puts out too much."""
    try:
        config = config_of(type_, arguments)
        layer = Layer(
            name="", type=type_, config=config, input_shapes=tuple(Shape(one) for one in fed)
        )
        derived = derive(layer)
    except (InferenceError, ValueError):
        return None
    if derived is None:
        return None
    sizes = derived.shapes[0].sizes
    total = 1
    for size in sizes:
        if not size:
            return None
        total *= size
    return sizes if total <= _MOST and len(sizes) <= 3 else None  # type: ignore[return-value]


def _snake(type_: str) -> str:
    lower = "".join(f"_{c.lower()}" if c.isupper() else c for c in type_).lstrip("_")
    return lower.replace("_d", "d") if type_.endswith("D") else lower


def _chain(growing: _Growing) -> None:
    growing.layer()


def _alike(growing: _Growing) -> None:
    """A row of layers that are all the same."""
    above = growing.pick()
    first = growing.unchanged_shape(above)
    if first is None:
        return
    row = growing.rows[-1]
    for _ in range(growing.rng.randint(1, 3)):
        above = growing.put(row.type, dict(row.arguments), (first,)) or first
        first = above


def _residual(growing: _Growing) -> None:
    above = growing.pick()
    x: str | None = above
    for _ in range(growing.rng.randint(1, 3)):
        x = growing.unchanged_shape(x) if x else None
    if x and x != above:
        growing.merge(growing.rng.choice(([above, x], [x, above])))


def _branches(growing: _Growing) -> None:
    """Branches of one tensor, or of several."""
    rng = growing.rng
    above = growing.pick()
    ends = []
    for _ in range(rng.randint(2, 3)):
        end = growing.layer(above)
        if rng.random() < 0.4:
            end = growing.layer(end)
        ends.append(end)
    if rng.random() < 0.8:
        growing.merge(ends)


def _twins(growing: _Growing) -> None:
    """Branches that are all the same."""
    rng = growing.rng
    above = growing.pick()
    kind = drawn(rng, growing.sizes[above])
    ends = [growing.put(kind[0], dict(kind[1]), (above,)) for _ in range(rng.randint(2, 3))]
    if None in ends:
        return
    if rng.random() < 0.4:
        ends[0] = growing.layer(ends[0])
    if rng.random() < 0.85:
        growing.merge([end for end in ends if end])


def _merge(growing: _Growing) -> None:
    known = growing.tensors()
    first = growing.pick()
    fitting = [name for name in known if growing.sizes[name] == growing.sizes[first]]
    parts = [first, growing.rng.choice(fitting)]
    if growing.rng.random() < 0.2:
        parts.append(growing.rng.choice(fitting))
    growing.merge(parts)


def _head(growing: _Growing) -> None:
    """What ends most classifiers."""
    rng = growing.rng
    above = growing.pick()
    rank = len(growing.sizes[above])
    if rank > 1:
        ways = ("Flatten", f"GlobalAveragePooling{rank - 1}D", f"GlobalMaxPooling{rank - 1}D")
        above = growing.put(rng.choice(ways), {}, (above,)) or above
    if rng.random() < 0.5:
        above = growing.put("Dense", of_type(rng, "Dense", 1), (above,)) or above
    softmax = {"activation": "softmax"} if rng.random() < 0.5 else {}
    growing.put("Dense", {"units": rng.choice((2, 3, 5))} | softmax, (above,))


def _whole_map(growing: _Growing) -> None:
    """A convolution or a pooling over the whole map."""
    rng = growing.rng
    above = growing.pick()
    sizes = growing.sizes[above]
    rank = len(sizes) - 1
    if rank < 1:
        return
    window: Any = sizes[0] if rank == 1 else sizes[:-1]
    if rng.random() < 0.6:
        arguments = {"filters": rng.choice((3, 4, 6)), "kernel_size": window}
        activation = {"activation": "tanh"} if rng.random() < 0.5 else {}
        above = growing.put(f"Conv{rank}D", arguments | activation, (above,)) or above
    else:
        kind = rng.choice(("Average", "Max"))
        above = growing.put(f"{kind}Pooling{rank}D", {"pool_size": window}, (above,)) or above
    if rng.random() < 0.8:
        growing.put("Flatten", {}, (above,))


def _squeeze(growing: _Growing) -> None:
    """Squeeze and excitation."""
    above = growing.pick()
    if len(growing.sizes[above]) != 3:
        return
    channels = growing.sizes[above][-1]
    x = growing.put("GlobalAveragePooling2D", {"keepdims": True}, (above,))
    x = x and growing.put("Dense", {"units": 2, "activation": "relu"}, (x,))
    x = x and growing.put("Dense", {"units": channels, "activation": "sigmoid"}, (x,))
    if x:
        growing.put("Multiply", {}, (above, x))


_STEPS: dict[Callable[[_Growing], None], float] = {
    _chain: 6, _alike: 1, _residual: 1.5, _branches: 1.5, _twins: 1.2, _merge: 1, _head: 1,
    _whole_map: 0.6, _squeeze: 0.4,
}  # fmt: skip
