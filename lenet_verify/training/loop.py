"""The epochs of a run, each kept when it is done."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lenet_verify.errors import TrainingError
from lenet_verify.framework import quiet
from lenet_verify.raised import innermost_message
from lenet_verify.spec import TrainingRecipe
from lenet_verify.training.learner import Learner, Values
from lenet_verify.training.partition import Partition, order
from lenet_verify.training.progress import Progress
from lenet_verify.training.state import State, save


def train(
    learner: Learner,
    parts: Partition,
    recipe: TrainingRecipe,
    state: State,
    folder: Path,
    progress: Progress,
) -> None:
    """Goes on from a state until all epochs are done; after each the state is written anew.

    Args:
        learner: with the weights of its seed.
        parts: what it is trained on, and examined on after each epoch.
        recipe: how.
        state: how far it is; it is brought up to date.
        folder: where the state is written.
        progress: is told.

    Raises:
        TrainingError: Keras cannot train it.
        OutputError: the state cannot be written.
        KeyboardInterrupt: whoever waits has had enough; what is written is whole.
    """
    with quiet(), deterministic():
        if state.epoch:
            _put(learner.variables, state.variables)
        else:
            state.variables = _taken(learner.variables)
            save(state, folder)
        for epoch in range(state.epoch + 1, recipe.epochs + 1):
            try:
                values = _epoch(learner, parts, recipe, epoch, progress)
            except (ValueError, TypeError, RuntimeError, ArithmeticError, MemoryError) as e:
                said = innermost_message(e)
                raise TrainingError(f"epoch {epoch} of the training failed: {said}") from e
            better = _merit(values) > max(map(_merit, state.history), default=(-1.0, -math.inf))
            state.history.append(values)
            state.variables = _taken(learner.variables)
            if better or not state.best_epoch:
                state.best, state.best_epoch = _taken(learner.model.variables), epoch
            save(state, folder)
            progress.end(values)


def with_the_best(learner: Learner, state: State) -> None:
    """Gives the model the weights of the best epoch so far."""
    _put(learner.model.variables, state.best)


def _epoch(
    learner: Learner, parts: Partition, recipe: TrainingRecipe, epoch: int, progress: Progress
) -> Values:
    rates = [rate for start, rate in recipe.schedule if start <= epoch]
    if rates:
        learner.model.optimizer.learning_rate = rates[-1]
    in_order = order(len(parts.x_train), recipe.seed, epoch)
    steps = -(-len(in_order) // recipe.batch_size)
    with progress.of_epoch(epoch, steps) as step:
        values = learner.teach(parts.x_train, parts.y_train, in_order, recipe.batch_size, step)
        if len(parts.x_validation):
            found = learner.examine(parts.x_validation, parts.y_validation)
            values |= {f"val_{name}": value for name, value in found.items()}
    if rates:
        values["learning_rate"] = rates[-1]
    return values


def _merit(values: Mapping[str, float]) -> tuple[float, float]:
    """By which one epoch is better than another: where samples are held back, by those alone."""
    accuracy = values.get("val_accuracy", values.get("accuracy", 0.0))
    loss = values.get("val_loss", values["loss"])
    return (accuracy, -loss) if math.isfinite(loss) else (-1.0, -math.inf)


def _taken(variables: Sequence[Any]) -> list[Any]:
    return [variable.numpy() for variable in variables]


def _put(variables: Sequence[Any], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


@contextlib.contextmanager
def deterministic() -> Iterator[None]:
    """Has TensorFlow compute the same from the same, also on processors where that is slower."""
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        # there is no public way back, for a process that goes on to something else
        with contextlib.suppress(ImportError, AttributeError):
            from tensorflow.python.framework import config

            config.disable_op_determinism()
