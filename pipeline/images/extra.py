"""The optional packages that pictures need."""

import importlib

from pipeline.records.errors import UsageError


def require_pillow() -> None:
    """Refuse to begin without Pillow, which every other module here imports.

    Raises:
        UsageError: it is not installed; names the extra.
    """
    try:
        importlib.import_module("PIL.Image")
    except ImportError as error:
        raise UsageError(
            f"pictures need Pillow ({error}); install the extra: pip install 'mel-toolkit[images]'"
        ) from error
