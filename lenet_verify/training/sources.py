"""What `--data` names, as a data set."""

from __future__ import annotations

from lenet_verify.errors import DataError
from lenet_verify.quoting import nearest
from lenet_verify.training.dataset import Dataset
from lenet_verify.visible import visible
from lenet_verify.vocabulary.optimizers import DATA_SETS


def load(name: str, *, download: bool) -> Dataset:
    """A well-known data set, or a file of one's own.

    Args:
        name: one of `DATA_SETS`, or the path of a file that ends in `.npz`.
        download: whether what is not on this machine may be fetched.

    Raises:
        DataError: there is none of that name, it is out of reach, or something is wrong with it.
        MissingLibraryError: what brings it is not installed.
    """
    if name == "digits":
        from lenet_verify.training.digits import digits

        return digits()
    if name in DATA_SETS:
        from lenet_verify.training.keras_data import keras_data

        return keras_data(name, download=download)
    from lenet_verify.training.own_data import is_file_of_data, own_data

    if is_file_of_data(name):
        return own_data(name)
    near = nearest(name, DATA_SETS)
    hint = f"; did you mean '{near}'?" if near else ""
    raise DataError(
        f"no data set is called '{visible(name)}': there are {', '.join(DATA_SETS)}, and files "
        f"that end in .npz{hint}"
    )
