"""Laws: uncertain amounts, from the words of a file to a distribution in the base unit."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from pmosim import distributions
from pmosim.scenario import amounts
from pmosim.scenario.amounts import AMOUNT, AmissError, matched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmosim.distributions import Law
    from pmosim.scenario.amounts import Measures
    from pmosim.scenario.nodes import Node

LAW_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fixed": (("value",),),
    "uniform": (("low", "high"),),
    "triangular": (("low", "likely", "high"),),
    "pert": (("low", "likely", "high"),),
    "exponential": (("mean",),),
    "gamma": (("mean", "cv"),),
    "weibull": (("mean", "cv"),),
    "normal": (("mean", "cv"),),
    "lognormal": (("mean", "cv"), ("median", "sigma")),
    "empirical": (("values", "weights"), ("values",)),
}
"""Parameters of each ``dist``: ``cv``, ``sigma`` and ``weights`` are numbers, the rest amounts."""
_PLAIN_PARAMETERS = {"cv", "sigma"}
MEANINGS = ("p10-p90", "min-max")


def is_law(node: Node) -> bool:
    """Whether a mapping is an uncertain amount."""
    return any(key in node.mapping for key in ("dist", "low", "likely", "high", "means"))


def law_from(node: Node, kind: amounts.Kind, measures: Measures) -> Law:
    """Return an uncertain amount in the base unit of its kind; a plain amount is certain."""
    if node.is_scalar:
        return _law_of_text(node.text, kind, measures)
    if not node.mapping:
        raise AmissError(
            "PMO118", f"it must be {amounts.family(kind, measures)[1]}, or low/likely/high."
        )
    return _law_of_mapping(node, kind, measures)


@lru_cache(maxsize=4096)
def _law_of_text(text: str, kind: amounts.Kind, measures: Measures) -> Law:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) == 1:
        return distributions.Fixed(value=float(amounts.quantity(text, kind, measures)))
    if len(parts) != 3:
        raise AmissError("PMO118", "a range must be three amounts, low/likely/high.")
    unit = _unit_of(parts[2])
    parts = [part if _unit_of(part) else part + unit for part in parts]
    values = [amounts.quantity(part, kind, measures) for part in parts]
    return _three_point(values, measures.range_means)


def _unit_of(text: str) -> str:
    found = matched(AMOUNT, text)
    return found[2] if found else "?"


def _three_point(values: list[Fraction], means: str) -> Law:
    low, likely, high = (float(value) for value in values)
    if not low <= likely <= high:
        raise AmissError("PMO118", "the three must be in order: low, likely, high.")
    if means == "min-max":
        return _made(distributions.Pert, low=low, likely=likely, high=high)
    if low == 0 and high > 0:
        said = "a low of 0 cannot be a P10; give the low more than 0, or say `means: min-max`."
        raise AmissError("PMO118", said)
    if low == high:
        return distributions.Fixed(value=low)
    return _made(distributions.SplitLognormal, p10=low, likely=likely, p90=high)


def _made(law: type[Law], **parameters: object) -> Law:
    try:
        return law(**parameters)
    except ValueError as error:
        raise AmissError("PMO118", f"{error}.") from None


def _law_of_mapping(node: Node, kind: amounts.Kind, measures: Measures) -> Law:
    named = node.get("dist")
    if named is None:
        return _stated_range(node, kind, measures)
    dist = named.text
    if dist not in LAW_KEYS:
        raise AmissError("PMO118", f"dist is '{dist}'; it must be one of {', '.join(LAW_KEYS)}.")
    given = {key for key, entry in node.mapping.items() if not entry.is_null} - {"dist"}
    if not any(given == set(keys) for keys in LAW_KEYS[dist]):
        wanted = " or ".join(", ".join(keys) for keys in LAW_KEYS[dist])
        got = ", ".join(sorted(given)) or "nothing"
        raise AmissError("PMO118", f"dist {dist} takes {wanted}; got {got}.")
    if dist == "empirical":
        return _empirical(node, kind, measures)
    values = {
        key: float(_parameter(node.mapping[key], key, kind, measures)) for key in sorted(given)
    }
    return _law_named(dist, values)


def _parameter(node: Node, key: str, kind: amounts.Kind, measures: Measures) -> Fraction:
    if not node.is_scalar:
        raise AmissError("PMO118", f"{key} must be a single amount.")
    try:
        if key in _PLAIN_PARAMETERS:
            return amounts.share(node.text, most=None)
        return amounts.quantity(node.text, kind, measures)
    except AmissError as amiss:
        raise AmissError(amiss.code, f"{key} is {node.shown()}; {amiss.said}") from None


def _law_named(dist: str, values: Mapping[str, float]) -> Law:
    simple: dict[str, type[Law]] = {
        "fixed": distributions.Fixed,
        "uniform": distributions.Uniform,
        "triangular": distributions.Triangular,
        "pert": distributions.Pert,
        "gamma": distributions.Gamma,
        "weibull": distributions.Weibull,
        "normal": distributions.Normal,
        "exponential": distributions.Exponential,
    }
    if dist in simple:
        return _made(simple[dist], **values)
    if "median" in values:
        return _made(distributions.Lognormal, median=values["median"], sigma=values["sigma"])
    try:
        return distributions.Lognormal.from_mean_cv(values["mean"], values["cv"])
    except ValueError as error:
        raise AmissError("PMO118", f"{error}.") from None


def _stated_range(node: Node, kind: amounts.Kind, measures: Measures) -> Law:
    given = {key for key, entry in node.mapping.items() if not entry.is_null}
    if given - {"means"} != {"low", "likely", "high"}:
        raise AmissError("PMO118", "a range takes low, likely, high and perhaps means.")
    means = node.get("means")
    if means is not None and means.text not in MEANINGS:
        raise AmissError(
            "PMO118", f"means is {means.shown()}; it must be one of {', '.join(MEANINGS)}."
        )
    values = [
        _parameter(node.mapping[key], key, kind, measures) for key in ("low", "likely", "high")
    ]
    return _three_point(values, means.text if means else measures.range_means)


def _empirical(node: Node, kind: amounts.Kind, measures: Measures) -> Law:
    values = [
        _parameter(entry, "a value", kind, measures) for entry in node.mapping["values"].items
    ]
    given = node.get("weights")
    weights = (
        [_parameter(entry, "cv", "number", measures) for entry in given.items] if given else []
    )
    weights = weights or [Fraction(1)] * len(values)
    if not values or len(values) != len(weights) or sum(weights) <= 0:
        raise AmissError("PMO118", "values must be a list of amounts, weights one number for each.")
    return _made(
        distributions.Empirical,
        values=tuple(float(value) for value in values),
        weights=tuple(float(weight) for weight in weights),
    )
