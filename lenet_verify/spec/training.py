"""`training:` of a spec: how its model is trained."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Several
from typing import Any, Literal

from lenet_verify.spec.contents import CompileRecipe, Input, TrainingRecipe
from lenet_verify.spec.document import Mapping, Node, plain
from lenet_verify.spec.fields import Problems, fields, shown, text
from lenet_verify.vocabulary import LOSSES
from lenet_verify.vocabulary.optimizers import DATA_SETS, DISTANCE_LOSSES, Optimizer
from lenet_verify.vocabulary.plain import is_number, is_whole

TRAINING_KEYS = (
    "data", "pad", "scale", "optimizer", "loss", "schedule", "epochs", "batch_size", "validation",
    "seed",
)  # fmt: skip
LARGEST_SEED = 2**32 - 1
MOST_EPOCHS = 100_000
_PAD = re.compile("([1-9][0-9]{0,4})(?:[x×]([1-9][0-9]{0,4}))?")


def read_training(
    problems: Problems,
    top: Dictionary[str, Node],
    inputs: Several[Input],
    compiled: CompileRecipe | None,
) -> TrainingRecipe | None:
    """How a spec's model is trained; what is wrong with it is noted.

    Args:
        problems: where mistakes are noted.
        top: the spec's keys.
        inputs: of the network, which the data has to fit.
        compiled: what `compile` says of optimizer and loss.
    """
    node = top.get("training")
    given = fields(problems, node, "training", TRAINING_KEYS) if node is not None else None
    if node is None or given is None:
        return None
    if "layers" not in top:
        problems.add(node, "'training' needs 'layers': there is nothing to train")
    if "epochs" not in given:
        problems.add(node, "'training' needs 'epochs'")
    for key in ("optimizer", "loss"):
        if key not in given and "layers" in top and not getattr(compiled, key, None):
            article = "an" if key == "optimizer" else "a"
            problems.add(node, f"'training' needs {article} '{key}', here or under 'compile'")
    epochs = _whole(problems, given, "epochs", 1, MOST_EPOCHS)
    recipe = TrainingRecipe(
        epochs=epochs or 1,
        batch_size=_whole(problems, given, "batch_size", 1, 2**31 - 1) or 32,
        data=_data(problems, given.get("data")),
        pad=_pad(problems, given.get("pad")),
        scale=_scale(problems, given.get("scale")),
        optimizer=_optimizer(problems, given.get("optimizer")),
        loss=_loss(problems, given.get("loss")),
        schedule=_schedule(problems, given.get("schedule"), epochs),
        validation=_validation(problems, given.get("validation")),
        seed=_whole(problems, given, "seed", 0, LARGEST_SEED) or 0,
        line=node.line,
    )
    if "layers" in top:
        _check_fit(problems, given, recipe, inputs)
    return recipe


def _whole(
    problems: Problems, given: Dictionary[str, Node], key: str, least: int, most: int
) -> int | None:
    if key not in given:
        return None
    value = plain(given[key])
    if is_whole(value) and least <= value <= most:
        return int(value)
    takes = f"takes a whole number from {least} to {most}"
    problems.add(given[key], f"'{key}' {takes}, not {shown(value)}")
    return None


def _data(problems: Problems, node: Node | None) -> str | None:
    name = text(problems, node, "data")
    if node is not None and name is not None and name not in DATA_SETS:
        problems.unknown(node, name, "data set", DATA_SETS)
    return name


def _pad(problems: Problems, node: Node | None) -> tuple[int, int] | None:
    if node is None:
        return None
    value = plain(node)
    written = str(value).strip() if is_whole(value) or isinstance(value, str) else ""
    if found := _PAD.fullmatch(written):
        return int(found[1]), int(found[2] or found[1])
    problems.add(node, f"'pad' takes rows and columns such as 32x32, not {shown(value)}")
    return None


def _scale(problems: Problems, node: Node | None) -> tuple[float, float]:
    if node is None:
        return 0.0, 1.0
    value = plain(node)
    if not isinstance(value, list) or len(value) != 2 or not all(map(is_number, value)):
        takes = "takes what background and foreground become, such as [0, 1]"
        problems.add(node, f"'scale' {takes}, not {shown(value)}")
        return 0.0, 1.0
    low, high = map(float, value)
    if low >= high:
        problems.add(node, f"'scale' goes from low to high: write [{high:g}, {low:g}]")
    return low, high


def _optimizer(problems: Problems, node: Node | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return problems.attempt(node, "'optimizer'", lambda: Optimizer().read(plain(node)))


def _loss(problems: Problems, node: Node | None) -> str | None:
    name = text(problems, node, "loss")
    if node is None or name is None:
        return None
    if name not in LOSSES and name not in DISTANCE_LOSSES:
        problems.unknown(node, name, "loss", (*LOSSES, *DISTANCE_LOSSES))
    return LOSSES.get(name, name)


def _schedule(
    problems: Problems, node: Node | None, epochs: int | None
) -> tuple[tuple[int, float], ...]:
    if node is None:
        return ()
    if not isinstance(node, Mapping) or not node.entries:
        takes = "takes learning rates by the epoch from which they hold, such as {1: 0.1, 5: 0.01}"
        problems.add(node, f"'schedule' {takes}, not {shown(plain(node))}")
        return ()
    steps: list[tuple[int, float]] = []
    for key, item in node.entries:
        rate = plain(item)
        if not re.fullmatch("[1-9][0-9]{0,8}", key.text):
            problems.add(key, f"'schedule' counts epochs from 1, so {shown(key.text)} is none")
        elif not is_number(rate) or not 0 <= rate < float("inf"):
            problems.add(item, f"'schedule' takes learning rates, not {shown(rate)}")
        elif steps and int(key.text) <= steps[-1][0]:
            problems.add(key, f"'schedule' goes on from epoch {steps[-1][0]}, not to {key.text}")
        elif epochs is not None and int(key.text) > epochs:
            problems.add(key, f"'schedule' never comes to epoch {key.text}: 'epochs' is {epochs}")
        else:
            steps.append((int(key.text), float(rate)))
    return tuple(steps)


def _validation(problems: Problems, node: Node | None) -> float | int | Literal["test"] | None:
    if node is None:
        return None
    value = plain(node)
    if value == "test":
        return "test"
    if is_whole(value) and value >= 1:
        return int(value)
    if is_number(value) and 0 < value < 1:
        return float(value)
    takes = "takes a part such as 0.1 or a number of the training samples, or test"
    problems.add(node, f"'validation' {takes}, not {shown(value)}")
    return None


def _check_fit(
    problems: Problems,
    given: Dictionary[str, Node],
    recipe: TrainingRecipe,
    inputs: Several[Input],
) -> None:
    """Notes it where images of that data and margin cannot come in."""
    shape = inputs[0].shape if len(inputs) == 1 else None
    if shape is None or len(shape.spatial) != 2:
        return
    known = DATA_SETS.get(recipe.data or "")
    size = recipe.pad or (known[1:] if known else None)
    if known and recipe.pad and (recipe.pad[0] < known[1] or recipe.pad[1] < known[2]):
        what = f"{recipe.data} has images of {known[1]}x{known[2]}, which no margin makes smaller"
        problems.add(given["pad"], f"'pad' is {recipe.pad[0]}x{recipe.pad[1]}: {what}")
    elif size and any(one not in (None, has) for one, has in zip(shape.spatial, size, strict=True)):
        wanted = f"the input is {shape}"
        if recipe.pad:
            problems.add(given["pad"], f"'pad' is {size[0]}x{size[1]}, and {wanted}")
        else:
            said = f"{recipe.data} has images of {size[0]}x{size[1]}, and {wanted}"
            larger = all(one and one >= has for one, has in zip(shape.spatial, size, strict=True))
            hint = f": write pad: {shape.spatial[0]}x{shape.spatial[1]}" if larger else ""
            problems.add(given["data"], said + hint)
    if known and shape.channels not in (None, known[0]):
        said = f"{recipe.data} has images of {known[0]} channel{'s' * (known[0] > 1)}"
        problems.add(given["data"], f"{said}, and the input is {shape}")
