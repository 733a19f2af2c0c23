"""Environment variables as statements of a shell: POSIX sh, and PowerShell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping


def posix(variables: Mapping[str, str], without: Iterable[str]) -> str:
    """Statements that `eval` takes in any POSIX shell.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_15
    """
    lines = [f"unset {name}" for name in without]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(lines)


def powershell(variables: Mapping[str, str], without: Iterable[str]) -> str:
    """Statements that `Invoke-Expression` takes; between single quotes nothing but a quote means anything.

    https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
    """
    lines = [f"Remove-Item -ErrorAction SilentlyContinue Env:{name}" for name in without]
    # PowerShell takes typographic quotes for quotes, too.
    quotes = {ord(quote): quote * 2 for quote in "'\u2018\u2019\u201a\u201b"}
    lines += [f"$Env:{name} = '{value.translate(quotes)}'" for name, value in variables.items()]
    return "\n".join(lines)
