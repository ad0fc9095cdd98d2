"""Tables for papers: LaTeX with booktabs."""

from collections.abc import Sequence

_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "|": r"\textbar{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "–": "--",
}  # fmt: skip


def escape(text: str) -> str:
    """`text` with every sign that LaTeX reads as a command written out."""
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def superscript(value: str, letters: str) -> str:
    """A figure with its letters."""
    return f"{escape(value)}\\textsuperscript{{{escape(letters)}}}" if letters else escape(value)


def latex_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str, label: str) -> str:
    """A table float; cells of `rows` are LaTeX already, column names and caption are plain text."""
    n_left = sum(1 for name in columns if name in {"", "modality", "method"})
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\begin{{tabular}}{{{'l' * n_left}{'r' * (len(columns) - n_left)}}}",
        r"\toprule",
        " & ".join(map(escape, columns)) + r" \\",
        r"\midrule",
        *(" & ".join(row) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        rf"\caption{{{escape(caption)}}}",
        rf"\label{{{label}}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"
