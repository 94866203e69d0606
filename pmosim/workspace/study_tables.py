"""Study tables: the answer of a study as CSV files for spreadsheets.

In: the document of a study. Out: ``tables/*.csv``. As in ``tables``: numbers stay numbers, text
that a spreadsheet would run gets an apostrophe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pmosim.workspace.tables import Row, csv_text, flat

if TYPE_CHECKING:
    from pathlib import Path


def write_study_tables(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``tables/*.csv`` of one study; a list that is not there gives no file."""
    tables = _TABLES.get(str(document.get("schema")), _nothing)(document)
    written = []
    for name, rows in tables:
        if rows:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.csv"
            path.write_text(csv_text(rows), encoding="utf-8", newline="")
            written.append(path)
    return written


Tables = Iterator[tuple[str, list[Row]]]


def _nothing(_: Mapping[str, Any]) -> Tables:
    yield from ()


def _of_comparison(document: Mapping[str, Any]) -> Tables:
    names: Mapping[str, Any] = document.get("names") or {}
    yield (
        "differences",
        [
            row
            for alternative in document.get("alternatives") or []
            for row in _differences(alternative.get("rows"), alternative["name"], names)
        ],
    )
    yield (
        "quarters",
        [
            {
                "window": window["window"],
                "from": window["from"],
                "quarters": window["quarters"],
                **row,
            }
            for alternative in document.get("alternatives") or []
            for window in alternative.get("quarters") or []
            for row in _differences(window.get("rows"), alternative["name"], names)
        ],
    )
    first = document.get("rank_first") or {}
    yield "rank_first", list(_differences(first.get("rows"), "rank 1", names))
    yield "starts", _rows(document.get("starts"))
    yield "naive", _rows((document.get("naive") or {}).get("rows"))


def _differences(rows: Any, alternative: str, names: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per entity and measure: before, after and the change with its interval."""
    for row in rows or []:
        difference = row.get("difference") or {}
        yield {
            "alternative": alternative,
            "kind": row["kind"],
            "entity": row["entity"],
            "name": names.get(row["entity"]),
            "measure": row["measure"],
            "base": (row.get("base") or {}).get("value"),
            "value": (row.get("value") or {}).get("value"),
            "difference": difference.get("value"),
            "difference.low": difference.get("low"),
            "difference.high": difference.get("high"),
            "settled": row.get("settled"),
            "further": row.get("further"),
            "reason": row.get("reason"),
        }


def _of_each(document: Mapping[str, Any]) -> Tables:
    projects = document.get("projects") or []
    lists = ("gains", "losses")
    yield "projects", [dict(flat(_without(entry, *lists))) for entry in projects]
    for name in lists:
        yield (
            name,
            [
                {"changed": entry.get("project"), **dict(flat(gain))}
                for entry in projects
                for gain in entry.get(name) or []
            ],
        )


def _of_policies(document: Mapping[str, Any]) -> Tables:
    yield "rules", _rows(document.get("rules"))
    yield "left_out", _rows(document.get("left_out"))
    yield "measures", _rows(document.get("measures"))


def _of_bottlenecks(document: Mapping[str, Any]) -> Tables:
    yield "roles", _rows(document.get("roles"))
    yield (
        "quarters",
        [
            {"quarter": quarter["quarter"], **dict(flat(role))}
            for quarter in document.get("quarters") or []
            for role in quarter.get("roles") or []
        ],
    )
    yield "persons", _rows(document.get("persons"))


def _of_prices(document: Mapping[str, Any]) -> Tables:
    mechanisms = document.get("mechanisms") or []
    yield (
        "mechanisms",
        [
            dict(flat(_without(entry, "prior", *([] if entry.get("effects") else ["effects"]))))
            for entry in mechanisms
        ],
    )
    yield (
        "priors",
        [
            {"mechanism": entry["id"], **dict(flat(entry["prior"]))}
            for entry in mechanisms
            if entry.get("prior")
        ],
    )
    hires = document.get("hires") or []
    yield "hires", [dict(flat(_without(entry, "months"))) for entry in hires]
    yield (
        "months",
        [
            {"hire": hire.get("hire"), **dict(flat(month))}
            for hire in hires
            for month in hire.get("months") or []
        ],
    )


def _of_backtest(document: Mapping[str, Any]) -> Tables:
    yield "forecasts", _rows(document.get("forecasts"))
    measures = document.get("measures") or []
    for name in ("forecasters", "hits"):
        yield (
            name,
            [
                {"measure": measure["id"], **dict(flat(one))}
                for measure in measures
                for one in measure.get(name) or []
            ],
        )
    yield (
        "aggregates",
        [
            {"kind": one["kind"], "role": one["role"], **dict(flat(row))}
            for one in document.get("aggregates") or []
            for row in one.get("quarters") or []
        ],
    )


_TABLES: dict[str, Callable[[Mapping[str, Any]], Tables]] = {
    "pmosim.compare/1": _of_comparison,
    "pmosim.each/1": _of_each,
    "pmosim.policies/1": _of_policies,
    "pmosim.bottlenecks/1": _of_bottlenecks,
    "pmosim.price/1": _of_prices,
    "pmosim.backtest/1": _of_backtest,
}


def _rows(entries: Any) -> list[Row]:
    return [dict(flat(entry)) for entry in entries or []]


def _without(value: Mapping[str, Any], *keys: str) -> Row:
    return {key: part for key, part in value.items() if key not in keys}
