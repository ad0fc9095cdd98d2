"""What a reader must know beside a figure, in plain sentences."""

from dataclasses import replace

from annotation.agreement.measures import Measure

RARE_CATEGORY_GAP, RARE_CATEGORY_SHARE = 0.1, 0.8
UNBALANCED_GAP = 0.005
_LEAST_ITEMS = 500
"""Below, alpha and kappa differ by alpha's small-sample correction alone."""


def remarks(measure: Measure) -> Measure:
    """The measure with its notes."""
    return replace(measure, notes=tuple(_notes(measure)))


def _notes(measure: Measure) -> list[str]:
    notes = []
    if measure.n_left_out:
        notes.append(_left_out(measure))
    kappa, alpha, ac1 = (measure.figure(name).value for name in ("kappa", "alpha", "ac1"))
    if kappa is None:
        return [*notes, *_undefined(measure)]
    observed, expected = measure.observed or 0.0, measure.expected or 0.0
    if ac1 is not None and ac1 - kappa > RARE_CATEGORY_GAP and observed >= RARE_CATEGORY_SHARE:
        notes.append(
            f"High agreement, rare category: {observed:.1%} of the items have equal labels, of which chance alone "
            f"explains {expected:.1%}; read AC1 and the agreement on each label too."
        )
    if alpha is not None and measure.n >= _LEAST_ITEMS and abs(kappa - alpha) > UNBALANCED_GAP:
        notes.append(
            f"Kappa {kappa:.3f} and alpha {alpha:.3f} differ: the two slots use labels differently, "
            "so annotators are not balanced over them."
        )
    return notes


def _left_out(measure: Measure) -> str:
    spans = measure.n_left_out
    if measure.definition.startswith("md."):
        return f"{spans:,} marked spans are no items here: longer than eight tokens, or not made of whole ones."
    return (
        f"{spans:,} spans that only one annotator marked are left out ({spans / (spans + measure.n):.1%} of the "
        "spans that anyone marked), so this figure is too good as one for finding mentions."
    )


def _undefined(measure: Measure) -> list[str]:
    if not measure.n:
        return ["There is no item to agree on."]
    label = measure.categories[0].label if measure.categories else "one"
    return [f"All {measure.n:,} items have the label {label!r} for both annotators: chance explains all agreement."]
