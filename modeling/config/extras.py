"""Packages beyond the core: which extra has them, how to install it."""

from importlib import import_module

from pipeline.records.errors import UsageError

EXTRAS = {"gensim": "wikivec", "faiss": "ann"}
"""Package -> extra; all others that this part imports are in `modeling`."""


def missing_package(who: str, package: str) -> str:
    """The sentence for a user who lacks a package."""
    extra = EXTRAS.get(package, "modeling")
    return (
        f"{who} wants the package {package} of the extra {extra}: pip install -c constraints.txt torch, "
        f"then pip install -c constraints.txt 'mel-toolkit[{extra}]'"
    )


def check_package(who: str, package: str) -> None:
    """Refuse what cannot be done without a package, before anything is searched or trained.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(missing_package(who, error.name or package)) from error
