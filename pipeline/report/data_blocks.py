"""JSON inside a page, for its script to read."""

import json

from markupsafe import Markup

# What could end a script element or open a comment in one, and line ends that old parsers know.
_IN_SCRIPT = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


def data_block(kind: str, value: object) -> Markup:
    """JSON that no browser runs and that nothing inside it can end, as `script[data-KIND]`."""
    text = json.dumps(value, separators=(",", ":")).translate(_IN_SCRIPT)
    return Markup(f'<script type="application/json" data-{kind}>{text}</script>\n')  # noqa: S704 - nothing can end it
