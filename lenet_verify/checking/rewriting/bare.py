"""A network bare of what only says how it is written.

Networks that compute the same, but are cut, shaped or spelt otherwise, come to the same layers on
the same wires, so that each can be told whose it is. Nothing is judged on them.
"""

from __future__ import annotations

from dataclasses import replace

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.canonical import is_identity
from lenet_verify.checking.rewriting.forms import Form, in_form
from lenet_verify.checking.rewriting.views import is_view
from lenet_verify.checking.wiring import Network, with_wires

_PLAINEST = (
    Layer(name="", type="Dense"),
    Layer(name="", type="GlobalAveragePooling2D", config={"keepdims": False}),
)
"""Of each group of forms the one that says least of where it stands."""


def bare(net: Network) -> Network:
    """A network without views and identities, every layer in its plainest form.

    Args:
        net: in topological order, its separable convolutions in halves.
    """
    found = net.copy()
    found.layers = []
    roots: dict[str, str] = {}
    for layer in net.layers:
        if not layer.reaches_output:
            continue
        layer = with_wires(layer, lambda wire: roots.get(wire, wire))
        if is_view(layer) or is_identity(layer):
            roots[layer.name] = layer.inputs[0]
        else:
            found.layers.append(_plainest(layer))
    found.outputs = [roots.get(wire, wire) for wire in net.outputs]
    return found


def plain_form(layer: Layer) -> Form | None:
    """A layer in its plainest form; None if it is in that already."""
    if not layer.input_shapes:
        return None
    forms = (in_form(one, layer, layer.input_shapes[0]) for one in _PLAINEST)
    return next((form for form in forms if form is not None), None)


def _plainest(layer: Layer) -> Layer:
    """A layer in its plainest form, a map of 1x1 that it puts out taken for a vector."""
    form = plain_form(layer)
    if form is not None:
        layer = form.layer
    return replace(layer, shapes=layer.shapes and tuple(map(_squeezed, layer.shapes)))


def _squeezed(shape: Shape) -> Shape:
    return Shape((shape.channels,)) if set(shape.spatial) == {1} else shape
