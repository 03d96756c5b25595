"""The tables that people get of a benchmark's rows; programs get the rows themselves."""

from collections.abc import Mapping, Sequence

from registry.cli.output import Output

Row = Mapping[str, object]
_OURS = "firstmark"
_ALL = "all"


def quality_tables(output: Output, rows: Sequence[Row]) -> None:
    """Thefts with every contestant side by side, our own by kind of design, and what was found where nothing is."""
    thefts = [row for row in rows if "severity" in row]
    _side_by_side(output, [row for row in thefts if row["group"] == _ALL])
    _by_group(output, [row for row in thefts if row["system"] == _OURS])
    plain_tables(output, [row for row in rows if "severity" not in row])


def plain_tables(output: Output, rows: Sequence[Row]) -> None:
    """One table for each set of columns, in the order of the rows."""
    tables: dict[tuple[str, ...], list[list[object]]] = {}
    for row in rows:
        tables.setdefault(tuple(row), []).append(["-" if value is None else value for value in row.values()])
    for columns, cells in tables.items():
        names = [column.replace("_", " ") for column in columns]
        output.table(names, cells, fold=names)
        output.say()


def _side_by_side(output: Output, rows: Sequence[Row]) -> None:
    systems = list(dict.fromkeys(str(row["system"]) for row in rows))
    peers = [system for system in systems if system != _OURS]
    lines: dict[tuple[object, object], dict[str, Row]] = {}
    for row in rows:
        lines.setdefault((row["case"], row["severity"]), {})[str(row["system"])] = row
    output.table(
        ["theft", "", "n", "found", "match", "region", "p95 ms", *peers],
        [
            [
                case,
                severity,
                by_system[_OURS]["n"],
                _percent(by_system[_OURS], "found"),
                _percent(by_system[_OURS], "match"),
                _share(by_system[_OURS]["iou70"]),
                by_system[_OURS]["ms_p95"],
                *(_percent(by_system.get(peer), "found") for peer in peers),
            ]
            for (case, severity), by_system in lines.items()
            if _OURS in by_system
        ],
        title="Found, of 100: the right work first, as match or review. Region: matches that overlap it by 0.7.",
    )
    output.say()


def _by_group(output: Output, rows: Sequence[Row]) -> None:
    groups = [group for group in dict.fromkeys(str(row["group"]) for row in rows) if group != _ALL]
    found: dict[tuple[object, object], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((row["case"], row["severity"]), {})[str(row["group"])] = row
    output.table(
        ["theft", "", *(group.replace("_", " ") for group in groups)],
        [
            [case, severity, *(_percent(by_group.get(group), "found") for group in groups)]
            for (case, severity), by_group in found.items()
        ],
        title="Found by this installation, of 100, by kind of design",
    )
    output.say()


def _percent(row: Row | None, name: str) -> str:
    if row is None:
        return "-"
    count, of = row[name], row["n"]
    return f"{100 * count / of:.0f}" if isinstance(count, int) and isinstance(of, int) and of else "-"


def _share(value: object) -> str:
    return f"{100 * value:.0f}" if isinstance(value, float) else "-"
