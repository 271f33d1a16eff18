"""A spec: what a paper says of its network, read from YAML with every mistake in one run."""

from lenet_verify.spec.activation import Applied
from lenet_verify.spec.contents import (
    Claim,
    CompileRecipe,
    Deviation,
    Expectation,
    Implementation,
    Input,
    LayerRecipe,
    Selector,
    Source,
    Spec,
    TrainingRecipe,
)
from lenet_verify.spec.document import Limits
from lenet_verify.spec.load import IMPLEMENTATIONS, load_spec
from lenet_verify.spec.recipe import network_sha256, training_as_json
from lenet_verify.spec.selectors import chosen, family

__all__ = [
    "IMPLEMENTATIONS", "Applied", "Claim", "CompileRecipe", "Deviation", "Expectation",
    "Implementation", "Input", "LayerRecipe", "Limits", "Selector", "Source", "Spec",
    "TrainingRecipe", "chosen", "family", "load_spec", "network_sha256", "training_as_json",
]  # fmt: skip
