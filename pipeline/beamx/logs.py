"""Beam's chatter, kept from the user unless debugging is on."""

import logging

_BEAM = "apache_beam"


class _BeamFilter(logging.Filter):
    """Lets records of Beam's own modules pass only where the root logger is set to DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _BEAM not in record.pathname or logging.getLogger().isEnabledFor(logging.DEBUG)


def quiet_beam() -> None:
    """Keep Beam silent: tracebacks, port numbers, missing cloud libraries. May be called again.

    Best called before Beam is first imported, which warns about apitools. Our own messages name the error; with the
    root logger at DEBUG everything is shown.
    """
    root = logging.getLogger()
    if not root.handlers:
        # Else the first `logging.warning` inside Beam would install a handler of its own for the whole program.
        root.addHandler(logging.StreamHandler())
    if not any(isinstance(known, _BeamFilter) for known in root.filters):
        root.addFilter(_BeamFilter())  # what Beam logs through the root logger itself
    if not root.isEnabledFor(logging.DEBUG):
        logging.getLogger(_BEAM).setLevel(logging.CRITICAL + 1)
    elif logging.getLogger(_BEAM).level > logging.CRITICAL:
        logging.getLogger(_BEAM).setLevel(logging.NOTSET)
