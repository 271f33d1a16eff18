"""Keras's optimizers, their arguments, and what else a training names."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.quoting import refused_word
from lenet_verify.vocabulary.forms import (
    Flag,
    Form,
    Number,
    Optional,
    Schema,
    WholeNumber,
    read_part,
)
from lenet_verify.vocabulary.objects import OPTIMIZERS, ObjectClass, unknown_argument

_RATE = Number(0)
_SHARE = Number(0, 1)
_COMMON: dict[str, tuple[Form, object]] = {
    "learning_rate": (_RATE, 0.001),
    "weight_decay": (Optional(_RATE), None),
    "clipnorm": (Optional(_RATE), None),
    "clipvalue": (Optional(_RATE), None),
    "global_clipnorm": (Optional(_RATE), None),
    "use_ema": (Flag(), False),
    "ema_momentum": (_SHARE, 0.99),
    "ema_overwrite_frequency": (Optional(WholeNumber(1)), None),
    "loss_scale_factor": (Optional(Number()), None),
    "gradient_accumulation_steps": (Optional(WholeNumber(2)), None),
}
_ADAM: dict[str, tuple[Form, object]] = {
    "beta_1": (_SHARE, 0.9),
    "beta_2": (_SHARE, 0.999),
    "epsilon": (_RATE, 1e-7),
}


def _class(**arguments: tuple[Form, object]) -> ObjectClass:
    return ObjectClass(**_COMMON | arguments)


OPTIMIZER_CLASSES: Mapping[str, ObjectClass] = {
    "Adadelta": _class(rho=(_SHARE, 0.95), epsilon=(_RATE, 1e-7)),
    "Adafactor": _class(
        beta_2_decay=(Number(), -0.8),
        epsilon_1=(_RATE, 1e-30),
        epsilon_2=(_RATE, 0.001),
        clip_threshold=(_RATE, 1.0),
        relative_step=(Flag(), True),
    ),
    "Adagrad": _class(initial_accumulator_value=(_RATE, 0.1), epsilon=(_RATE, 1e-7)),
    "Adam": _class(**_ADAM, amsgrad=(Flag(), False)),
    "AdamW": _class(**_ADAM, amsgrad=(Flag(), False), weight_decay=(_RATE, 0.004)),
    "Adamax": _class(**_ADAM),
    "Ftrl": _class(
        learning_rate_power=(Number(), -0.5),
        initial_accumulator_value=(_RATE, 0.1),
        l1_regularization_strength=(_RATE, 0.0),
        l2_regularization_strength=(_RATE, 0.0),
        l2_shrinkage_regularization_strength=(_RATE, 0.0),
        beta=(_RATE, 0.0),
    ),
    "Lion": _class(beta_1=(_SHARE, 0.9), beta_2=(_SHARE, 0.99)),
    "Nadam": _class(**_ADAM),
    "RMSprop": _class(
        rho=(_SHARE, 0.9),
        momentum=(_RATE, 0.0),
        epsilon=(_RATE, 1e-7),
        centered=(Flag(), False),
    ),
    "SGD": _class(learning_rate=(_RATE, 0.01), momentum=(_SHARE, 0.0), nesterov=(Flag(), False)),
}
"""Those that a training may give arguments. Keras has more, and more arguments, from one version
to the next: these are those of every version that this package works with."""

_CLASS_OF = {name: name for name in OPTIMIZER_CLASSES} | {
    name.lower(): name for name in OPTIMIZER_CLASSES
}


def optimizer_class(name: str) -> str:
    """The class that an identifier of Keras's means: `Adam` for `adam`."""
    classes = [one for one in OPTIMIZERS if one != one.lower() and one.lower() == name.lower()]
    return classes[0] if classes else name


class Optimizer(Form):
    """An optimizer: its name, or `{type: Name, argument: …}`.
    Read into `{"type": ClassName, …}` with the arguments that were given."""

    def read(self, value: object, rank: int | None = None) -> dict[str, object]:
        given = value if isinstance(value, dict) else {"type": value}
        name = given.get("type")
        if not isinstance(name, str) or name not in _CLASS_OF:
            raise refused_word(name if "type" in given else value, _CLASS_OF, self.takes())
        known = OPTIMIZER_CLASSES[_CLASS_OF[name]].arguments
        read: dict[str, object] = {"type": _CLASS_OF[name]}
        for key, item in given.items():
            if key == "type":
                continue
            if key not in known:
                raise unknown_argument(key, _CLASS_OF[name], known)
            read[key] = read_part(key, known[key][0], item, None)
        return read

    def takes(self, rank: int | None = None) -> str:
        return "an optimizer such as 'adam', or {type: SGD, learning_rate: 0.01}"

    def schema(self, rank: int | None = None) -> Schema:
        forms: list[Schema] = [{"enum": list(_CLASS_OF)}]
        for name, it in OPTIMIZER_CLASSES.items():
            properties = {key: form.schema() for key, (form, _) in it.arguments.items()}
            forms.append(
                {
                    "type": "object",
                    "properties": {"type": {"enum": [name, name.lower()]}} | properties,
                    "required": ["type"],
                    "additionalProperties": False,
                }
            )
        return {"anyOf": forms}


DATA_SETS: Mapping[str, tuple[int, int, int]] = {
    "cifar10": (3, 32, 32),
    "digits": (1, 8, 8),
    "fashion_mnist": (1, 28, 28),
    "mnist": (1, 28, 28),
}
"""The data sets that a training may name, with the channels, rows and columns of their images."""

DISTANCE_LOSSES: Mapping[str, str] = {
    "rbf_distance": "the output that belongs to the right class, averaged over the samples",
}
"""Losses of networks whose outputs are distances, so that the smallest is the likeliest class.
They are this package's own: Keras has none such."""
