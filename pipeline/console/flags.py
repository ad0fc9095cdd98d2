"""Command-line flags: examples in the help, typos named with their nearest kin."""

import argparse
import difflib
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

BeamParser = Callable[[], argparse.ArgumentParser]
"""Makes a parser that knows every registered Beam option (`pipeline.beamx.flags.beam_parser`)."""

MAX_HELP_COLUMNS = 100
BEAM_NOTE = "Flags that are not listed here go to Apache Beam (runners/README.md); unknown ones are refused."


def from_one(text: str) -> int:
    """The `type` of a flag that takes a whole number from 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return number


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose help ends with examples and whose errors name the nearest flag.

    No abbreviations: `--work` is an error, not `--workers`. `beam_parser` is called only when flags are left over, so
    that help and plain runs never import Beam.
    """

    def __init__(
        self,
        description: str = "",
        *,
        examples: Sequence[str] = (),
        beam_parser: BeamParser | None = None,
        **options: Any,  # noqa: ANN401 - argparse's own
    ) -> None:
        """Options as for `argparse.ArgumentParser`; `examples` are whole command lines."""
        notes = [BEAM_NOTE, ""] if beam_parser else []
        if examples:
            notes += ["example:" if len(examples) == 1 else "examples:", *(f"  {line}" for line in examples)]
        defaults: dict[str, Any] = {
            "formatter_class": _HelpFormatter,
            "epilog": "\n".join(notes),
            "allow_abbrev": False,
        }
        super().__init__(description=description, **(defaults | options))
        self._beam_parser = beam_parser

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override] # noqa: ANN401
        """The flags as a namespace; ends the program with code 2 on an unknown one."""
        given = _argv(args)
        known = _flag_names(self)
        self._refuse([flag for flag in _long_flags(given) if flag not in known], known)
        values, rest = self.parse_known_args(given, namespace)
        self._refuse(rest, known)
        return values

    def parse_with_beam(self, argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, tuple[str, ...]]:
        """Our flags as a namespace, and the arguments that are Beam's.

        What is left over is checked against the options that Beam has registered; Beam itself would swallow a typo.
        """
        given = _argv(argv)
        own = _flag_names(self)
        foreign = [flag for flag in _long_flags(given) if flag not in own]
        beam = self._beam_parser() if foreign and self._beam_parser else None
        known = own | (_flag_names(beam) if beam else set())
        self._refuse([flag for flag in foreign if flag not in known], known)
        values, rest = self.parse_known_args(given)
        if beam is None:
            self._refuse(rest, known)
            return values, ()
        beam.exit_on_error = False
        try:
            unknown = beam.parse_known_args(rest)[1]
        except argparse.ArgumentError as error:
            self.error(f"Beam flag: {error}")
        self._refuse(unknown, known)
        return values, tuple(rest)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line and where help is; exit code 2."""
        self.exit(2, f"error: {message}\n{self.prog} --help lists the flags\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        if action.choices is None or value in action.choices:
            return
        allowed = [str(choice) for choice in action.choices]
        near = _nearest(str(value), allowed)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise argparse.ArgumentError(action, f"{value!r} is not allowed (choose from {', '.join(allowed)}){hint}")

    def _refuse(self, arguments: Sequence[str], known: set[str]) -> None:
        """End the program when `arguments` holds any; the first one is named."""
        flags = [argument for argument in arguments if argument.startswith("-")]
        if flags:
            name = flags[0].partition("=")[0]
            near = _nearest(name, known)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.error(f"unknown flag {name}{hint}")
        if arguments:
            self.error(f"unexpected argument {arguments[0]!r}")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the examples' lines and adds defaults that say something."""

    def __init__(self, prog: str) -> None:
        columns = min(shutil.get_terminal_size().columns, MAX_HELP_COLUMNS)
        super().__init__(prog, max_help_position=28, width=columns - 2)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = action.help
        silent = action.default is None or action.default is argparse.SUPPRESS or isinstance(action.default, bool)
        if not text or silent or action.default in ("", [], ()) or "default" in text:
            return text
        default = action.default
        shown = " ".join(map(str, default)) if isinstance(default, list | tuple) else str(default)
        return f"{text} (default: {shown.replace('%', '%%')})"


def _argv(args: Sequence[str] | None) -> list[str]:
    return sys.argv[1:] if args is None else list(args)


def _long_flags(argv: Sequence[str]) -> list[str]:
    """Names of the `--flags` in `argv`, up to a lone `--`."""
    names = []
    for argument in argv:
        if argument == "--":
            break
        if argument.startswith("--"):
            names.append(argument.partition("=")[0])
    return names


def _flag_names(parser: argparse.ArgumentParser) -> set[str]:
    """Every flag that `parser` or one of its sub-commands takes."""
    names: set[str] = set()
    for action in parser._actions:  # noqa: SLF001 - argparse lists its actions nowhere else
        names.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for child in action.choices.values():
                names |= _flag_names(child)
    return names


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most two known names like `name`, the best first; dashes and underscores are one."""
    by_form: dict[str, str] = {}
    for other in sorted(known):
        by_form.setdefault(_form(other), other)
    return [by_form[form] for form in difflib.get_close_matches(_form(name), list(by_form), n=2, cutoff=0.6)]


def _form(name: str) -> str:
    return name.lower().lstrip("-").replace("_", "-")
