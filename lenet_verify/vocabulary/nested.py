"""Layers inside of layers: what a wrapper wraps, and the cells of a recurrent layer."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.quoting import refused_word
from lenet_verify.vocabulary.forms import Form, Schema, read_part
from lenet_verify.vocabulary.objects import custom, keras_name, unknown_argument


class LayerForm(Form):
    """A layer written in its wrapper's argument: `{type: LSTM, units: 32}`.

    Read into `{"type": "LSTM", …}` with the arguments that were given. Where `types` are
    given, only those.
    """

    what: str
    types: tuple[str, ...]

    def __init__(self, what: str, types: tuple[str, ...] = ()) -> None:
        self._hold(what=what, types=types)

    def read(self, value: object, rank: int | None = None) -> dict[str, object]:
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            raise self.refuse(value)
        return read_layer(self._type(value["type"]), value)

    def _type(self, name: str) -> str:
        """The class that a name means.

        Raises:
            ValueError: no class of that name, or one that has no place here.
        """
        from lenet_verify.vocabulary.classes import LAYERS
        from lenet_verify.vocabulary.layers import ALIASES, REFUSED

        if name in REFUSED:
            raise ValueError(f"takes no {name}: {REFUSED[name]}")
        class_name = ALIASES.get(name, name)
        known = self.types or LAYERS
        if class_name not in known:
            raise refused_word(name, known, self.takes())
        return class_name

    def takes(self, rank: int | None = None) -> str:
        example = next((name for name in self.types if name.startswith("LSTM")), "Dense")
        return f"a {self.what} such as {{type: {example}, units: 32}}"

    def schema(self, rank: int | None = None) -> Schema:
        return {"$ref": f"#/$defs/{self.definition}"}

    @property
    def definition(self) -> str:
        """The name of this form's schema among `definitions()`."""
        return self.what.replace(" ", "-")

    def normal(self, value: object, rank: int | None = None) -> object:
        from lenet_verify.vocabulary.classes import LAYERS
        from lenet_verify.vocabulary.normal_form import nested, normalise

        name = keras_name(value, "layers")
        if not isinstance(value, Mapping) or name is None or name not in LAYERS:
            return custom(value)
        config = value.get("config")
        return nested(name, normalise(name, config if isinstance(config, Mapping) else {}))

    def fill(self, value: object, rank: int | None = None) -> object:
        from lenet_verify.vocabulary.normal_form import complete, nested

        if not isinstance(value, dict) or "type" not in value:
            return value
        return nested(value["type"], complete(value["type"], value))

    def for_keras(self, value: object, rank: int | None = None) -> object:
        if not isinstance(value, dict):
            return value
        arguments = {name: item for name, item in value.items() if name != "type"}
        return {"type": value["type"], "arguments": arguments}


ANY_LAYER = LayerForm("layer")
RECURRENT_LAYER = LayerForm(
    "recurrent layer",
    ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN"),
)
RECURRENT_CELL = LayerForm(
    "recurrent cell", ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")
)


def read_layer(class_name: str, given: Mapping[str, object]) -> dict[str, object]:
    """Read a layer's arguments, all but its `type`.

    Raises:
        ValueError: an argument is unknown, missing, or of another form.
    """
    from lenet_verify.vocabulary.classes import BASE_ARGUMENTS, LAYERS
    from lenet_verify.vocabulary.layers import REQUIRED

    layer = LAYERS[class_name]
    known = {**layer.arguments, **BASE_ARGUMENTS}
    read: dict[str, object] = {"type": class_name}
    for name, value in given.items():
        if name == "type":
            continue
        if name not in known:
            raise unknown_argument(name, class_name, known)
        read[name] = read_part(name, known[name].form, value, layer.rank)
    for name, argument in layer.arguments.items():
        if argument.default is REQUIRED and name not in given:
            raise ValueError(f"lacks {name!r} of {class_name}")
    return read
