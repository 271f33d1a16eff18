"""A run from a spec to its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lenet_verify.errors import DataError, TrainingError
from lenet_verify.evidence import RECORD, Data, Results, Run, read_run
from lenet_verify.files import write_files
from lenet_verify.framework import quiet
from lenet_verify.options import shown_path
from lenet_verify.spec import Spec, TrainingRecipe, network_sha256, training_as_json
from lenet_verify.training import outcome
from lenet_verify.training.dataset import Dataset
from lenet_verify.training.evaluation import evaluation
from lenet_verify.training.learner import Learner, learner
from lenet_verify.training.loop import train, with_the_best
from lenet_verify.training.partition import Partition, partition
from lenet_verify.training.preparing import preparation
from lenet_verify.training.progress import Progress
from lenet_verify.training.sources import load
from lenet_verify.training.state import STATE, State, differences, saved


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        spec: what is trained.
        recipe: how: the spec's, or that with what the command line says instead.
        folder: where evidence goes.
        samples: to train on at most, and to test on at most; None for all.
        download: whether data may be fetched.
        resume: whether to go on with what is in the folder.
        force: whether to replace it.
    """

    spec: Spec
    recipe: TrainingRecipe
    folder: Path
    samples: int | None = None
    download: bool = False
    resume: bool = False
    force: bool = False


def recipe_of(spec: Spec, changes: Mapping[str, Any]) -> TrainingRecipe:
    """How a spec's model is trained.

    Args:
        spec: whose `training` says so.
        changes: what is wanted instead, by field; None for no change.

    Raises:
        TrainingError: the spec does not say how, or on nothing.
    """
    if spec.training is None:
        raise TrainingError(
            f"{spec.path}: the spec has no 'training', so nobody knows how: add, for example, "
            "training: {data: digits, pad: 32x32, epochs: 10}"
        )
    recipe = replace(spec.training, **{key: to for key, to in changes.items() if to is not None})
    if recipe.data is None:
        raise TrainingError(f"{spec.path}: the spec names no data to train on: name it with --data")
    if len(spec.inputs) != 1 or len(spec.outputs) != 1:
        raise TrainingError(f"{spec.path}: train takes networks with one input and one output")
    return recipe


def run(wish: Wish, tell: Callable[[str], None] | None) -> Run:
    """Trains, evaluates, and writes the evidence.

    Args:
        wish: what is asked for.
        tell: takes lines of how far it is; None where nobody wants to hear of it.

    Raises:
        LenetVerifyError: it cannot be done; what was in the folder is there still, unless it is
            training already.
        KeyboardInterrupt: it is stopped; what is done of it is in the folder.
    """
    if complete := _complete(wish):
        return complete
    state = _begun(wish)
    assert wish.recipe.data is not None
    data = load(wish.recipe.data, download=wish.download)
    shape = wish.spec.inputs[0].shape
    prepare = preparation(data, wish.recipe, shape)
    parts = partition(data, wish.recipe, wish.samples)
    bound = _bound(wish, data)
    if state is None:
        state = State(bound=bound)
    elif changed := differences(state, bound):
        raise TrainingError(
            f"{wish.folder} holds another run, which began otherwise: {'; '.join(changed)}; "
            "--force begins anew"
        )
    pupil = learner(wish.spec, wish.recipe, prepare)
    if len(data.labels) > pupil.classes:
        raise DataError(
            f"{data.name} has {len(data.labels)} classes, and the network's output "
            f"{pupil.classes} values"
        )
    if wish.force:
        _clear(wish.folder)
    try:
        train(pupil, parts, wish.recipe, state, wish.folder, Progress(wish.recipe.epochs, tell))
    except KeyboardInterrupt:
        _keep_the_best(wish, pupil, tell)
        raise
    return _finish(wish, data, parts, pupil, state)


def _finish(wish: Wish, data: Dataset, parts: Partition, pupil: Learner, state: State) -> Run:
    with quiet():
        found = evaluation(pupil, parts)
    models = {outcome.MODEL: outcome.model_file(pupil.model)}
    if state.best_epoch != state.epoch:
        with_the_best(pupil, state)
        models[outcome.BEST] = outcome.model_file(pupil.model)
    held_back = 0 if wish.recipe.validation == "test" else len(parts.x_validation)
    record = Run(
        spec=shown_path(wish.spec.path),
        title=wish.spec.title,
        spec_sha256=wish.spec.sha256,
        network_sha256=network_sha256(wish.spec),
        training=_followed(wish),
        model=outcome.MODEL,
        model_sha256=outcome.sha256(models[outcome.MODEL]),
        data=Data(
            name=data.name,
            sha256=data.sha256,
            train=len(parts.x_train),
            validation=held_back,
            test=len(parts.x_test),
        ),
        versions=outcome.versions(),
        epochs=state.epoch,
        history=outcome.recorded(state.history),
        results=Results.counted(test=found.test, train=found.train),
    )
    foreground = pupil.prepare.foreground
    labels = [*data.labels, *map(str, range(len(data.labels), pupil.classes))]
    files = outcome.files(record, found, parts, labels, foreground, models, state.best_epoch)
    write_files(wish.folder, files)
    # what an earlier run left, and what only an interrupted one needs
    for name in {*outcome.FILES, STATE} - files.keys():
        (wish.folder / name).unlink(missing_ok=True)
    return record


def _keep_the_best(wish: Wish, pupil: Learner, tell: Callable[[str], None] | None) -> None:
    """After an interruption: writes the best network so far beside the state."""
    state = saved(wish.folder)
    if state is None:
        return
    kept = ""
    if state.best_epoch:
        with_the_best(pupil, state)
        write_files(wish.folder, {outcome.BEST: outcome.model_file(pupil.model)})
        kept = f"; {wish.folder / outcome.BEST} is the best so far, of epoch {state.best_epoch}"
    if tell:
        done = f"{state.epoch} of {wish.recipe.epochs} epochs"
        tell(f"interrupted after {done}{kept}; --resume goes on")


def _begun(wish: Wish) -> State | None:
    """How far the run in the folder is, if it is to be gone on with."""
    state = saved(wish.folder)
    if wish.resume:
        if state is None:
            raise TrainingError(f"{wish.folder} holds no interrupted run: leave --resume out")
        return state
    if wish.force:
        return None
    if state is not None:
        raise TrainingError(
            f"{wish.folder} holds a run that was interrupted after {state.epoch} of "
            f"{state.bound['epochs']} epochs: --resume goes on with it, --force "
            "begins anew"
        )
    if any((wish.folder / name).exists() for name in outcome.FILES):
        raise TrainingError(f"{wish.folder} holds a run already: --force replaces it")
    return None


def _complete(wish: Wish) -> Run | None:
    """The very run that is to be resumed, if it is in the folder and was not interrupted."""
    if not wish.resume or (wish.folder / STATE).exists():
        return None
    if not (wish.folder / RECORD).exists():
        return None
    found, file = read_run(wish.folder)
    same = found.training == _followed(wish) and found.network_sha256 == network_sha256(wish.spec)
    if not same:
        raise TrainingError(f"{file} is of another run, which is complete: --force replaces it")
    return found


def _followed(wish: Wish) -> dict[str, Any]:
    followed = training_as_json(wish.spec, wish.recipe)
    return followed if wish.samples is None else {**followed, "samples": wish.samples}


def _bound(wish: Wish, data: Dataset) -> dict[str, Any]:
    """What must be the same for a run to come to the same end."""
    return {
        **_followed(wish),
        "samples": wish.samples,
        "layers": network_sha256(wish.spec),
        "sha256 of the data": data.sha256,
        **{f"version of {name}": number for name, number in outcome.versions().items()},
    }


def _clear(folder: Path) -> None:
    for name in (*outcome.FILES, STATE):
        (folder / name).unlink(missing_ok=True)
