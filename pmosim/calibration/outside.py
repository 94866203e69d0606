"""Outside: what other organisations' projects say where there are too few of one's own.

Uplifts by class of project, from published tables, in an editable file: ``reference_classes.csv``
in this package, or one's own with the same columns. A lognormal through P50 and P80:
mu = ln(1 + u50), sigma = (ln(1 + u80) - mu) / 0.8416. With n own projects the two are blended with
the weight n / (n + 10) (judgement; kappa = sigma^2 / tau^2 between organisations).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pmosim.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TABLE = Path(__file__).with_name("reference_classes.csv")
P80 = 0.8416212335729143
KAPPA = 10.0
"""Own projects that weigh as much as the class."""
COLUMNS = ("class", "amount", "p50", "p80", "source", "read_as")
AMOUNTS = ("cost", "duration")


@dataclass(frozen=True, kw_only=True)
class Uplift:
    """How far projects of a class ended from their plans."""

    name: str
    amount: str
    middle: float
    """ln(1 + P50)."""
    spread: float
    source: str


def read_classes(path: Path = TABLE) -> tuple[Uplift, ...]:
    """Return the uplifts of a table; every fault of it is raised at once."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    problems: list[Problem] = []
    found = []
    for n, row in enumerate(rows, start=2):
        ends = _ends(row)
        if ends is None:
            said = (
                f"{dict(row)} cannot be used; it needs class, amount (cost or duration), p50 and "
                "a larger p80 such as 10% and 54%, and the source."
            )
            problems.append(Problem(place=f"{path.name}:{n}", code="PMO982", text=said))
            continue
        p50, p80 = ends
        middle = math.log1p(p50)
        found.append(
            Uplift(
                name=str(row["class"]),
                amount=str(row["amount"]),
                middle=middle,
                spread=(math.log1p(p80) - middle) / P80,
                source=f"{row.get('source', '')}; {row.get('read_as', '')}".strip("; "),
            )
        )
    if problems:
        raise InputError(problems)
    return tuple(found)


def _ends(row: Mapping[str, str]) -> tuple[float, float] | None:
    """Return P50 and P80 of a row, None if it cannot be used."""
    try:
        p50, p80 = (_share(row[key] or "") for key in ("p50", "p80"))
    except (KeyError, ValueError):
        return None
    is_usable = -1.0 < p50 < p80 and row.get("amount") in AMOUNTS and bool(row.get("class"))
    return (p50, p80) if is_usable else None


def _share(text: str) -> float:
    number = text.strip()
    return float(number.removesuffix("%")) / 100.0 if number.endswith("%") else float(number)


def find_class(classes: Sequence[Uplift], name: str) -> tuple[Uplift, ...]:
    """Return the uplifts of a class, or say which there are."""
    found = tuple(uplift for uplift in classes if uplift.name == name)
    if not found:
        from pmosim.scenario.messages import did_you_mean

        known = list(dict.fromkeys(uplift.name for uplift in classes))
        said = f"'{name}' is no reference class.{did_you_mean(name, known)}"
        raise InputError([Problem(place="--reference-class", code="PMO982", text=said)])
    return found


def blended(
    middle: float, spread: float, n: int, uplift: Uplift
) -> tuple[float, float, float, float]:
    """Return middle and spread of own projects and a class together, and their standard errors.

    The middle's error is that of the class between organisations (its spread / sqrt(kappa)) as far
    as it weighs, and of the own projects.
    """
    own = n / (n + KAPPA)
    value = own * middle + (1.0 - own) * uplift.middle
    variance = own * spread**2 + (1.0 - own) * uplift.spread**2
    error = math.sqrt(variance / (n + KAPPA))
    return value, math.sqrt(variance), error, math.sqrt(variance / (2.0 * (n + KAPPA)))
