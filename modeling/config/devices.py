"""Devices for encoders, checked before anything is loaded."""

from modeling.config.extras import check_package
from pipeline.records.errors import UsageError

CPU = "cpu"


def check_device(name: str) -> None:
    """Refuse a device that torch does not know or this machine does not have.

    Raises:
        UsageError: says which there are.
    """
    if name == CPU:
        return
    check_package(f"--device {name}", "torch")
    import torch  # noqa: PLC0415 - extra `modeling`, slow to import

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # what torch raises, by its build
        there = ", ".join([CPU, *(f"cuda:{number}" for number in range(torch.cuda.device_count()))])
        raise UsageError(f"--device {name} cannot be used; this machine has {there}") from error
