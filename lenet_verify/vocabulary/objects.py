"""Keras's small objects by name: activations, initializers, regularizers, constraints, and
what `compile` takes. Closed tables: a name outside of them is an error, never a look-up."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.quoting import nearest, refused_word, shown
from lenet_verify.vocabulary.forms import (
    Flag,
    Form,
    Frozen,
    Number,
    Optional,
    Schema,
    WholeNumber,
    Word,
    read_part,
)
from lenet_verify.vocabulary.lists import Axes
from lenet_verify.vocabulary.plain import plain

ACTIVATIONS: Mapping[str, str] = {
    name: name
    for name in (
        *("celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu"),
        *("hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu"),
        *("relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign"),
        *("sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh", "tanh_shrink"),
        *("threshold", "scaled_tanh"),
    )
} | {"swish": "silu", "hard_swish": "hard_silu"}
"""Every name of an activation that Keras takes, with the one it goes by; and ours."""

PAPER_ACTIVATIONS: frozenset[str] = frozenset({"scaled_tanh"})
"""Those that are not Keras's but ours, in `paper_layers.py`."""

PAPER_INITIALIZERS: frozenset[str] = frozenset({"FanInUniform"})
"""The initializers that are."""

OURS = "lenet_verify"
"""The package under which `paper_layers.py` registers what it has."""


class ObjectClass(Frozen):
    """A class of initializers, regularizers or constraints, with its arguments' forms and
    defaults, and the other names it goes by in a spec."""

    names: tuple[str, ...]
    arguments: Mapping[str, tuple[Form, object]]

    def __init__(self, *names: str, **arguments: tuple[Form, object]) -> None:
        self._hold(names=names, arguments=arguments)


SEED = WholeNumber()
_SEED = {"seed": (Optional(SEED), None)}
_FANS = {"input_axes": (Optional(Axes()), None), "output_axes": (Optional(Axes()), None)}
_WINDOW = Word("hann", "hamming", "blackman", "bartlett", "boxcar")
_AXIS = Axes()
_NOT_NEGATIVE = Number(0)

INITIALIZERS: Mapping[str, ObjectClass] = {
    "Constant": ObjectClass("constant", value=(Number(), 0.0)),
    "FanInUniform": ObjectClass("fan_in_uniform", scale=(_NOT_NEGATIVE, 2.4), **_SEED),
    "GlorotNormal": ObjectClass("glorot_normal", **_SEED, **_FANS),
    "GlorotUniform": ObjectClass("glorot_uniform", **_SEED, **_FANS),
    "HeNormal": ObjectClass("he_normal", **_SEED, **_FANS),
    "HeUniform": ObjectClass("he_uniform", **_SEED, **_FANS),
    "Identity": ObjectClass("identity", "IdentityInitializer", gain=(Number(), 1.0)),
    "LecunNormal": ObjectClass("lecun_normal", **_SEED, **_FANS),
    "LecunUniform": ObjectClass("lecun_uniform", **_SEED, **_FANS),
    "Ones": ObjectClass("ones", "one"),
    "Orthogonal": ObjectClass("orthogonal", "OrthogonalInitializer", gain=(Number(), 1.0), **_SEED),
    "RandomNormal": ObjectClass(
        "random_normal", "normal", mean=(Number(), 0.0), stddev=(_NOT_NEGATIVE, 0.05), **_SEED
    ),
    "RandomUniform": ObjectClass(
        "random_uniform", "uniform", minval=(Number(), -0.05), maxval=(Number(), 0.05), **_SEED
    ),
    "STFT": ObjectClass(
        "stft",
        "STFTInitializer",
        side=(Word("real", "imag"), "real"),
        window=(Optional(_WINDOW), "hann"),
        scaling=(Optional(Word("density", "spectrum")), "density"),
        periodic=(Flag(), False),
    ),
    "TruncatedNormal": ObjectClass(
        "truncated_normal", mean=(Number(), 0.0), stddev=(_NOT_NEGATIVE, 0.05), **_SEED
    ),
    "VarianceScaling": ObjectClass(
        "variance_scaling",
        scale=(_NOT_NEGATIVE, 1.0),
        mode=(Word("fan_in", "fan_out", "fan_avg"), "fan_in"),
        distribution=(
            Word("truncated_normal", "untruncated_normal", "uniform"),
            "truncated_normal",
        ),
        **_SEED,
        **_FANS,
    ),
    "Zeros": ObjectClass("zeros", "zero"),
}

REGULARIZERS: Mapping[str, ObjectClass] = {
    "L1": ObjectClass("l1", l1=(_NOT_NEGATIVE, 0.01)),
    "L1L2": ObjectClass("l1l2", l1=(_NOT_NEGATIVE, 0.0), l2=(_NOT_NEGATIVE, 0.0)),
    "L2": ObjectClass("l2", l2=(_NOT_NEGATIVE, 0.01)),
    "OrthogonalRegularizer": ObjectClass(
        "orthogonal_regularizer",
        factor=(_NOT_NEGATIVE, 0.01),
        mode=(Word("rows", "columns"), "rows"),
    ),
}

CONSTRAINTS: Mapping[str, ObjectClass] = {
    "MaxNorm": ObjectClass("max_norm", max_value=(_NOT_NEGATIVE, 2), axis=(_AXIS, 0)),
    "MinMaxNorm": ObjectClass(
        "min_max_norm",
        min_value=(_NOT_NEGATIVE, 0.0),
        max_value=(_NOT_NEGATIVE, 1.0),
        rate=(Number(0, 1), 1.0),
        axis=(_AXIS, 0),
    ),
    "NonNeg": ObjectClass("non_neg"),
    "UnitNorm": ObjectClass("unit_norm", axis=(_AXIS, 0)),
}

OBJECTS: Mapping[str, Mapping[str, ObjectClass]] = {
    "initializer": INITIALIZERS,
    "regularizer": REGULARIZERS,
    "constraint": CONSTRAINTS,
}

CLASS_OF: Mapping[str, Mapping[str, str]] = {
    kind: {name: class_name for class_name, it in table.items() for name in (class_name, *it.names)}
    for kind, table in OBJECTS.items()
}
"""For each kind, every name that Keras takes with the class it means."""


UNOBSERVED_OF_OBJECTS: Mapping[str, frozenset[str]] = {"Identity": frozenset({"gain"})}
"""By class, the arguments that Keras leaves out of an object's config."""


class Activation(Form):
    """The name of one of Keras's activations."""

    def read(self, value: object, rank: int | None = None) -> str:
        if isinstance(value, str) and value in ACTIVATIONS:
            return ACTIVATIONS[value]
        raise refused_word(value, ACTIVATIONS, self.takes())

    def takes(self, rank: int | None = None) -> str:
        return "the name of an activation, such as 'relu'"

    def schema(self, rank: int | None = None) -> Schema:
        return {"enum": list(ACTIVATIONS)}

    def normal(self, value: object, rank: int | None = None) -> object:
        from lenet_verify.vocabulary.activations import serialised_activation

        return serialised_activation(value)

    def for_keras(self, value: object, rank: int | None = None) -> object:
        if value not in PAPER_ACTIVATIONS:
            return value
        return {
            "module": "builtins",
            "class_name": "function",
            "config": f"{OURS}>{value}",
            "registered_name": "function",
        }


class KerasObject(Form):
    """An initializer, a regularizer or a constraint: its name, or `{type: Name, argument: …}`.
    Read into `{"type": ClassName, …}` with the arguments that were given."""

    kind: str

    def __init__(self, kind: str) -> None:
        self._hold(kind=kind)

    def read(self, value: object, rank: int | None = None) -> dict[str, object]:
        given = value if isinstance(value, dict) else {"type": value}
        name = given.get("type")
        classes = CLASS_OF[self.kind]
        if not isinstance(name, str) or name not in classes:
            raise refused_word(name if "type" in given else value, classes, self.takes())
        known = OBJECTS[self.kind][classes[name]].arguments
        for key in given:
            if key != "type" and key not in known:
                raise unknown_argument(key, classes[name], known)
        arguments = {
            key: read_part(key, known[key][0], item, None)
            for key, item in given.items()
            if key != "type"
        }
        return {"type": classes[name]} | arguments

    def takes(self, rank: int | None = None) -> str:
        example = {"initializer": "glorot_uniform", "regularizer": "l2", "constraint": "max_norm"}
        article = "an" if self.kind == "initializer" else "a"
        return f"the name of {article} {self.kind}, such as {example[self.kind]!r}, or its mapping"

    def schema(self, rank: int | None = None) -> Schema:
        return {"$ref": f"#/$defs/{self.kind}"}

    def normal(self, value: object, rank: int | None = None) -> object:
        value = plain(value)
        classes = CLASS_OF[self.kind]
        name = keras_name(value, f"{self.kind}s")
        if name is None or name not in classes:
            return custom(value)
        config = value.get("config") if isinstance(value, dict) else None
        known = OBJECTS[self.kind][classes[name]].arguments
        given = config if isinstance(config, dict) else {}
        arguments = {key: known[key][0].normal(given[key]) for key in known if key in given}
        return self.fill({"type": classes[name]} | arguments)

    def fill(self, value: object, rank: int | None = None) -> object:
        if not isinstance(value, dict) or "type" not in value:
            return value
        known = OBJECTS[self.kind][value["type"]].arguments
        hidden = UNOBSERVED_OF_OBJECTS.get(value["type"], frozenset())
        filled = {
            key: value.get(key, form.normal(default))
            for key, (form, default) in known.items()
            if key not in hidden
        }
        return {"type": value["type"]} | filled

    def for_keras(self, value: object, rank: int | None = None) -> object:
        if not isinstance(value, dict):
            return value
        known = OBJECTS[self.kind][value["type"]].arguments
        # In full: Keras reads some of its configs (Constant's) without defaults.
        whole = value | {key: default for key, (_, default) in known.items() if key not in value}
        config = {key: known[key][0].for_keras(whole[key]) for key in known}
        name = value["type"]
        ours = name in PAPER_INITIALIZERS
        return {
            "module": f"{OURS}.paper_layers" if ours else f"keras.{self.kind}s",
            "class_name": name,
            "config": config,
            "registered_name": f"{OURS}>{name}" if ours else None,
        }


def unknown_argument(key: object, owner: str, known: Mapping[str, object]) -> ValueError:
    """The error for an argument that a class does not have."""
    hint = nearest(key, known) if isinstance(key, str) else None
    text = f"has no argument {shown(key)} in {owner}"
    return ValueError(text + (f"; did you mean {hint!r}?" if hint else ""))


def keras_name(value: object, module: str) -> str | None:
    """The class name (or plain name) of a serialised object of Keras's or ours; None for others.

    A class is Keras's own by module, class name and registered name together: a stranger's
    `Conv2D` has another module or a registered name. Configs older than Keras 3 have no module.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return None
    name = value.get("class_name")
    if is_ours(value.get("module"), name, value.get("registered_name")):
        return str(name)
    if _is_named_like_ours(name):
        return None
    if value.get("module", f"keras.{module}") not in (f"keras.{module}", None):
        return None
    if not isinstance(name, str) or value.get("registered_name") not in (None, name):
        return None
    return name


def is_ours(module: object, class_name: object, registered: object) -> bool:
    """Whether that is a class of `paper_layers.py`: by all three, as a class is Keras's own."""
    registration = (f"{OURS}.paper_layers", f"{OURS}>{class_name}")
    return _is_named_like_ours(class_name) and (module, registered) == registration


def _is_named_like_ours(class_name: object) -> bool:
    from lenet_verify.vocabulary.layers import PAPER_LAYERS

    return isinstance(class_name, str) and class_name in PAPER_LAYERS | PAPER_INITIALIZERS


def custom(value: object) -> dict[str, object]:
    """The mark of something that is not Keras's own: `{"custom": name}`."""
    if isinstance(value, str):
        return {"custom": value}
    found = value if isinstance(value, Mapping) else {}
    keys = ("config",) if found.get("class_name") == "function" else ()
    for key in (*keys, "registered_name", "class_name"):
        if isinstance(found.get(key), str):
            return {"custom": found[key]}
    return {"custom": "unknown"}


OPTIMIZERS: Mapping[str, str] = {
    name: class_name.lower()
    for class_name in (
        *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion"),
        *("Muon", "Nadam", "RMSprop", "SGD", "ScheduleFreeAdamW"),
    )
    for name in (class_name, class_name.lower())
}

_SHORT = {
    "bce": "binary_crossentropy",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}


def _by_name(classes: dict[str, str], short: dict[str, str]) -> dict[str, str]:
    """Every name of each function, class and abbreviation with the one it goes by."""
    table = {name: name for name in classes} | {it: name for name, it in classes.items()}
    return table | short | {name.upper(): canonical for name, canonical in short.items()}


LOSSES: Mapping[str, str] = _by_name(
    {
        "binary_crossentropy": "BinaryCrossentropy",
        "binary_focal_crossentropy": "BinaryFocalCrossentropy",
        "categorical_crossentropy": "CategoricalCrossentropy",
        "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
        "categorical_hinge": "CategoricalHinge",
        "circle": "Circle",
        "cosine_similarity": "CosineSimilarity",
        "ctc": "CTC",
        "dice": "Dice",
        "hinge": "Hinge",
        "huber": "Huber",
        "kl_divergence": "KLDivergence",
        "log_cosh": "LogCosh",
        "mean_absolute_error": "MeanAbsoluteError",
        "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
        "mean_squared_error": "MeanSquaredError",
        "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
        "poisson": "Poisson",
        "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
        "squared_hinge": "SquaredHinge",
        "tversky": "Tversky",
    },
    _SHORT | {"kld": "kl_divergence"},
) | {
    # `compile` itself resolves these by the shapes of the targets.
    "ce": "crossentropy",
    "crossentropy": "crossentropy",
}

METRICS: Mapping[str, str] = _by_name(
    {
        "accuracy": "Accuracy",
        "auc": "AUC",
        "binary_accuracy": "BinaryAccuracy",
        "binary_crossentropy": "BinaryCrossentropy",
        "binary_io_u": "BinaryIoU",
        "categorical_accuracy": "CategoricalAccuracy",
        "categorical_crossentropy": "CategoricalCrossentropy",
        "categorical_hinge": "CategoricalHinge",
        "concordance_correlation": "ConcordanceCorrelation",
        "cosine_similarity": "CosineSimilarity",
        "f1_score": "F1Score",
        "f_beta_score": "FBetaScore",
        "false_negatives": "FalseNegatives",
        "false_positives": "FalsePositives",
        "hinge": "Hinge",
        "kl_divergence": "KLDivergence",
        "log_cosh_error": "LogCoshError",
        "mean_absolute_error": "MeanAbsoluteError",
        "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
        "mean_squared_error": "MeanSquaredError",
        "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
        "pearson_correlation": "PearsonCorrelation",
        "poisson": "Poisson",
        "precision": "Precision",
        "r2_score": "R2Score",
        "recall": "Recall",
        "root_mean_squared_error": "RootMeanSquaredError",
        "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
        "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
        "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
        "squared_hinge": "SquaredHinge",
        "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
        "true_negatives": "TrueNegatives",
        "true_positives": "TruePositives",
    },
    _SHORT,
) | {"acc": "accuracy"}
