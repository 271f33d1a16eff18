"""What of a spec decides what is trained: its network and its training, apart from its words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from lenet_verify.spec.contents import Spec, TrainingRecipe
from lenet_verify.vocabulary.optimizers import optimizer_class


def network_sha256(spec: Spec) -> str:
    """A hash of the network that is built: inputs, layers and outputs.

    A changed claim, comment or line leaves it as it is; a changed layer or name does not.
    """
    network = {
        "inputs": [[one.name, str(one.shape), one.dtype] for one in spec.inputs],
        "layers": [
            [layer.name, layer.type, layer.arguments, layer.inputs] for layer in spec.layers
        ],
        "outputs": spec.outputs,
    }
    text = json.dumps(network, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def training_as_json(spec: Spec, training: TrainingRecipe) -> dict[str, Any]:
    """All that decides a training, as a run's record keeps it.

    Args:
        spec: whose `compile` says what the training leaves open.
        training: the spec's, or that with other data, epochs and seed.
    """
    compiled = spec.compile
    optimizer: Any = training.optimizer
    if optimizer is None:
        name = compiled.optimizer if compiled else None
        optimizer = {"type": optimizer_class(name)} if name else None
    loss: Any = training.loss
    if loss is None and compiled is not None:
        loss = list(compiled.loss) if isinstance(compiled.loss, tuple) else compiled.loss
    return {
        "data": training.data,
        "pad": list(training.pad) if training.pad else None,
        "scale": list(training.scale),
        "optimizer": dict(optimizer) if optimizer else None,
        "loss": loss,
        "schedule": [list(step) for step in training.schedule],
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "validation": training.validation,
        "seed": training.seed,
    }
