"""Whether a dataset is of a feature's input; `Evals.run` asks before it runs one."""

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidDataset, InvalidRequest
from plimsoll.features import AnyFeature


def require_fitting(dataset: Dataset, feature: AnyFeature) -> None:
    """Refuse a dataset of which not one case is of the feature's input; single misfits are results of the run."""
    refusals: list[InvalidRequest] = []
    for case in dataset.cases:
        try:
            feature.parse_input(case.input)
        except InvalidRequest as error:
            refusals.append(error)
    if len(refusals) == len(dataset.cases):
        raise InvalidDataset(
            f"No case of the dataset {dataset.name!r} fits the feature. {refusals[0].message}",
            next_step=refusals[0].next_step,
        )
