"""A spec's network as a Keras model that is compiled by the recipe and can be taught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_verify.builder import build
from lenet_verify.errors import TrainingError
from lenet_verify.framework import import_keras
from lenet_verify.raised import innermost_message
from lenet_verify.spec import Spec, TrainingRecipe, training_as_json
from lenet_verify.training.preparing import Preparation
from lenet_verify.vocabulary.optimizers import DISTANCE_LOSSES

_WHOLE_NUMBERS = frozenset({"sparse_categorical_crossentropy", *DISTANCE_LOSSES})
"""Losses that take the number of a class, where all others take a value for each class."""

_BATCH = 256
"""Samples that are only looked at are looked at so many at a time."""

Values = dict[str, float]
"""Loss, accuracy and other metrics by Keras's names."""


@dataclass(frozen=True)
class Learner:
    """A model with what it is fed.

    Attributes:
        classes: values that its output has.
        nearest: whether its outputs are distances, so that the smallest is the likeliest class.
        one_hot: whether its loss takes a value for each class.
    """

    model: Any
    prepare: Preparation
    classes: int
    nearest: bool
    one_hot: bool

    def teach(
        self, images: Any, classes: Any, order: Any, batch_size: int, step: Callable[[Values], None]
    ) -> Values:
        """One epoch.

        Args:
            images, classes: what it is taught.
            order: in which order.
            batch_size: samples a step.
            step: is called after each step, with the values of the epoch so far.

        Returns:
            The values of the whole epoch.
        """
        keras = import_keras()
        done = self.model.fit(
            self._batches(images, classes, order, batch_size),
            shuffle=False,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: step(logs))
            ],
        )
        return {name: float(values[0]) for name, values in done.history.items()}

    def examine(self, images: Any, classes: Any) -> Values:
        """The values on samples that it does not learn from."""
        batches = self._batches(images, classes, np.arange(len(images)), _BATCH)
        found = self.model.evaluate(batches, verbose=0, return_dict=True)
        return {name: float(value) for name, value in found.items()}

    def outputs(self, images: Any) -> Any:
        """What it gives for each sample."""
        parts = [
            self.model.predict_on_batch(self.prepare(images[at : at + _BATCH]))
            for at in range(0, len(images), _BATCH)
        ]
        return np.concatenate(parts)

    def predicted(self, outputs: Any) -> Any:
        """The likeliest class of each; one that is no number is no class, -1."""
        likeliest = outputs.argmin(axis=1) if self.nearest else outputs.argmax(axis=1)
        return np.where(np.isfinite(outputs).all(axis=1), likeliest, -1)

    @property
    def variables(self) -> list[Any]:
        """All that a step may change: weights, states of random generators, the optimizer's."""
        return [*self.model.variables, *self.model.optimizer.variables]

    def _batches(self, images: Any, classes: Any, order: Any, size: int) -> Any:
        """What Keras takes samples from, batch by batch, so that never all of them are prepared."""
        keras, learner = import_keras(), self

        class Batches(keras.utils.PyDataset):  # type: ignore[misc, name-defined]
            def __len__(self) -> int:
                return -(-len(order) // size)

            def __getitem__(self, number: int) -> tuple[Any, Any]:
                chosen = order[number * size : (number + 1) * size]
                wanted = classes[chosen]
                if learner.one_hot:
                    wanted = np.eye(learner.classes, dtype=np.float32)[wanted]
                return learner.prepare(images[chosen]), wanted

        return Batches()


def learner(spec: Spec, recipe: TrainingRecipe, prepare: Preparation) -> Learner:
    """The model, with the weights that the recipe's seed gives it.

    Raises:
        BuildError: Keras refuses the layers.
        TrainingError: it refuses how they are to be trained, or there is no vector of classes.
    """
    keras = import_keras()
    keras.utils.set_random_seed(recipe.seed)
    model = build(spec)
    classes = _classes(model, spec)
    whole = training_as_json(spec, recipe)
    loss = whole["loss"]
    nearest = loss in DISTANCE_LOSSES
    accuracy: Any = "accuracy"
    if nearest:
        from lenet_verify import paper_losses

        loss = getattr(paper_losses, loss)
        accuracy = keras.metrics.MeanMetricWrapper(paper_losses.nearest_class, name="accuracy")
    named = spec.compile.metrics if spec.compile and not nearest else ()
    others = [name for name in named if name not in ("acc", "accuracy")]
    try:
        arguments = dict(whole["optimizer"])
        optimizer = getattr(keras.optimizers, arguments.pop("type"))(**arguments)
        model.compile(optimizer=optimizer, loss=loss, metrics=[accuracy, *others])
        optimizer.build(model.trainable_variables)
    except Exception as e:  # whatever Keras raises is a fault of the recipe here
        raise TrainingError(
            f"{spec.path}:{recipe.line}: Keras refuses to train so: {innermost_message(e)}"
        ) from e
    return Learner(model, prepare, classes, nearest, whole["loss"] not in _WHOLE_NUMBERS)


def _classes(model: Any, spec: Spec) -> int:
    shape = model.output_shape
    if isinstance(shape, tuple) and len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 1:
        return shape[1]
    raise TrainingError(
        f"{spec.path}: train takes networks with one output, a value for each class; this one's "
        f"has the shape {shape}"
    )
