"""A training as a page to keep: one HTML file that needs nothing beside it, and its curves as CSV.

Raters are called as in the card, cases by number: the pictures alone show something of a patient.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from proseg_gui import __version__
from proseg_gui.bundle import Card
from proseg_gui.catalogue import title_of
from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_write_all
from proseg_gui.training.verdict import beside_heads, doubts

FIGURES = {
    "dice_identity_mean": "Dice, own rater", "dice_identity_permuted": "Dice, wrong rater",
    "human_majority": "Human majority", "ged2": "GED²", "dice_soft": "Dice, soft",
    "sample_diversity": "Sample diversity", "rater_diversity": "Rater diversity",
}  # fmt: skip
"""Figures of a card's parts, and what people call them."""
INTERVALS = {"own_minus_wrong": "Own minus wrong rater", "own_minus_majority": "Own rater minus human majority"}
COLOURS = ("#1f77b4", "#d95f02", "#2ca02c", "#7b4fa3", "#8c564b", "#c2185b", "#555555", "#808000")
WIDTH, HEIGHT, LEFT, BOTTOM = 460, 220, 46, 26
STYLE = (
    "body{font:14px/1.5 sans-serif;max-width:980px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0}td,th{padding:2px 12px 2px 0;text-align:left;vertical-align:top}"
    ".n{text-align:right}.warn{background:#fff4d6;padding:.5em 1em}figure{display:inline-block;margin:.3em}"
    "figcaption{font-size:12px;text-align:center}svg text{font:11px sans-serif}pre{white-space:pre-wrap}"
)


def write_report(
    path: Path,
    card: Card,
    log: Sequence[Mapping[str, Any]],
    pictures: Sequence[np.ndarray] = (),
    *,
    overwrite: bool = False,
) -> tuple[Path, Path]:
    """Write ``path`` (HTML) and the same name with ``.csv``, both or none; returns the two.

    Parameters
    ----------
    log:
        Rows of the training's log, oldest first; may be empty.
    pictures:
        Validation cases as the model draws them, ``(h, w, 3)`` uint8 each.

    Raises
    ------
    UserError
        The path is not that of an HTML file, is taken and ``overwrite`` is false, or cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise UserError("a report is an HTML file", path=path, remedy="Choose a name that ends in .html")
    table = path.with_suffix(".csv")
    page, rows = report_html(card, log, pictures), report_csv(card.raters, log)
    atomic_write_all({path: lambda to: _write(to, page), table: lambda to: _write(to, rows)}, overwrite=overwrite)
    return path, table


def report_csv(raters: Sequence[str], log: Sequence[Mapping[str, Any]]) -> str:
    """A line a row of the log: step, seconds, terms of the loss, figures of a validation, identity Dice by rater."""
    terms = list(dict.fromkeys(key for row in log if "total" in row for key in row))
    figures = list(dict.fromkeys(key for row in log for key in row.get("validation", {}) if key != "dice_identity"))
    columns = [key for key in terms if key not in ("step", "seconds")]
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["step", "seconds", *columns, *(f"validation {key}" for key in figures),
                     *(f"Dice {name}" for name in raters)])  # fmt: skip
    for row in log:
        judged = row.get("validation", {})
        if "total" in row or judged:
            own = [*judged.get("dice_identity", ())]
            own += [None] * (len(raters) - len(own))
            cells = [row["step"], row.get("seconds"), *(row.get(key) for key in columns),
                     *(judged.get(key) for key in figures), *own[: len(raters)]]  # fmt: skip
            writer.writerow(["" if cell is None else cell for cell in cells])
    return made.getvalue()


def report_html(card: Card, log: Sequence[Mapping[str, Any]], pictures: Sequence[np.ndarray] = ()) -> str:
    """The page as text."""
    training = card.training
    parts = [f"<h1>{_safe(card.name)} {_safe(card.version)}</h1>",
             "<p><b>Research use only. Not a medical device.</b></p>", _doubts(card)]  # fmt: skip
    facts = {
        "Author": card.author, "Notes": card.notes, "Method": title_of(card.kind), "Raters": ", ".join(card.raters),
        "Structures": ", ".join(card.structures), "Channels": ", ".join(card.channels), "Modality": card.modality,
        "Pixels": " x ".join(f"{s:g}" for s in card.spacing_mm) + " mm", "Data": training.get("data", ""),
        "Made from": _origin(training), "Steps": training.get("steps_done", training.get("steps", "")),
        "Seed": training.get("seed", ""), "Seconds": training.get("seconds", ""), "Device": training.get("device", ""),
        "Weights (SHA-256)": card.sha256, "Licence": card.licence, "Intended use": card.intended_use,
    }  # fmt: skip
    parts.append(_table([(name, value) for name, value in facts.items() if value not in ("", None)]))
    parts += ["<h2>Figures</h2>", _figures(card)]
    beside = beside_heads(card.metrics)
    parts += [f"<p>{_safe(beside[0].upper() + beside[1:])}.</p>"] if beside else []
    parts += ["<h2>Raters</h2>", _raters(card)]
    parts += ["<h2>Curves</h2>", *_curves(card.raters, log)] if log else []
    if len(pictures):
        parts.append("<h2>Validation cases, as each rater would draw</h2>")
        parts += [_picture(number, picture) for number, picture in enumerate(pictures, start=1)]
    recipe = json.dumps(training.get("recipe", {}), indent=1, ensure_ascii=False)
    parts += ["<h2>How to make it again</h2>", f"<pre>{_safe(training.get('command', ''))}</pre>",
              f"<details><summary>Recipe</summary><pre>{_safe(recipe)}</pre></details>",
              f"<p>Written by proseg-gui {__version__}.</p>"]  # fmt: skip
    head = f'<meta charset="utf-8"><title>{_safe(card.name)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _doubts(card: Card) -> str:
    found = doubts(card.metrics)
    if not found:
        return ""
    lines = "".join(f"<li>{_safe(doubt)}</li>" for doubt in found)
    return f'<div class="warn">Look before you use it:<ul>{lines}</ul></div>'


def _origin(training: Mapping[str, Any]) -> str:
    base = training.get("init")
    return f"{base['name']} {base['version']}, stage {training.get('stage', '')}" if base else ""


def _figures(card: Card) -> str:
    parts = {name: card.metrics[key] for key, name in (("validation", "Validation"), ("test", "Test, judged once"))
             if card.metrics.get(key)}  # fmt: skip
    if not parts:
        return "<p>No case validated it: nobody knows how good it is.</p>"
    rows: list[Sequence[Any]] = [("Cases", *(part.get("n_cases", "") for part in parts.values()))]
    rows += [(name, *(_number(part.get(key)) for part in parts.values())) for key, name in FIGURES.items()]
    rows += [(name, *(_interval(part.get(key)) for part in parts.values())) for key, name in INTERVALS.items()]
    used = card.metrics.get("test", {}).get("used_before_by")
    also = f"<p>The test cases were looked at before, for {_safe(', '.join(used))}.</p>" if used else ""
    return _table(rows, ("", *parts)) + also + "<p>The validation cases chose the weights.</p>"


def _raters(card: Card) -> str:
    validation, test = (card.metrics.get(part, {}).get("dice_identity", {}) for part in ("validation", "test"))
    compared = card.metrics.get("comparison", {}).get("raters", {})
    rows = []
    for name in card.raters:
        row = compared.get(name, {})
        change = {"mean": row.get("difference"), "low": row.get("low"), "high": row.get("high")}
        cells = [name, _number(validation.get(name)), _number(test.get(name))]
        rows.append([*cells, *([_number(row.get("before")), _interval(change)] if compared else [])])
    heads = ["", "Dice, validation", "Dice, test", *(["before", "after minus before"] if compared else [])]
    return _table(rows, heads)


def _curves(raters: Sequence[str], log: Sequence[Mapping[str, Any]]) -> list[str]:
    losses = [row for row in log if "total" in row]
    judged = [row for row in log if "validation" in row]
    names = [key for key in (losses[-1] if losses else {}) if key not in ("step", "seconds", "gradient")]
    terms = {name: [(row["step"], row[name]) for row in losses if name in row] for name in names}
    own: dict[str, list[tuple[float, float]]] = {}
    for r, name in enumerate(raters):
        values = [(row["step"], (row["validation"].get("dice_identity") or ())[r : r + 1]) for row in judged]
        own[name] = [(step, value[0]) for step, value in values if value and value[0] is not None]
    wrong = [(row["step"], row["validation"]["dice_identity_permuted"]) for row in judged]
    ged2 = [(row["step"], row["validation"]["ged2"]) for row in judged]
    return [_plot("Loss terms", terms), _plot("Identity Dice", {**own, "wrong rater": wrong}),
            _plot("GED²", {"GED²": ged2})]  # fmt: skip


def _plot(title: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Lines over steps as SVG, with the ends of both axes in numbers."""
    curves = {name: points for name, points in curves.items() if points}
    if not curves:
        return ""
    xs, ys = (np.array([point[i] for points in curves.values() for point in points]) for i in (0, 1))
    low, high, last = float(ys.min()), float(ys.max()), float(xs.max())
    span = high - low or 1.0

    def place(point: tuple[float, float]) -> str:
        x = LEFT + point[0] / max(last, 1.0) * (WIDTH - LEFT - 8)
        y = 8 + (high - point[1]) / span * (HEIGHT - BOTTOM - 16)
        return f"{x:.1f},{y:.1f}"

    lines, legend = [], []
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="5 3"' if number >= len(COLOURS) else ""
        corners = " ".join(map(place, points))
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6"{dash} points="{corners}"/>')
        legend.append(f'<span style="color:{colour}">■</span> {_safe(name)}')
    foot = HEIGHT - BOTTOM
    axes = (f'<path d="M{LEFT} 4V{foot}H{WIDTH - 4}" stroke="#888" fill="none"/><text x="2" y="14">{high:.3g}</text>'
            f'<text x="2" y="{foot}">{low:.3g}</text><text x="{LEFT}" y="{HEIGHT - 8}">step 0</text>'
            f'<text x="{WIDTH - 4}" y="{HEIGHT - 8}" text-anchor="end">{last:g}</text>')  # fmt: skip
    size = f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{_safe(title)}"'
    drawing = f"<svg {size}>{axes}{''.join(lines)}</svg>"
    return f"<figure><b>{_safe(title)}</b><br>{drawing}<figcaption>{' &nbsp; '.join(legend)}</figcaption></figure>"


def _picture(number: int, picture: np.ndarray) -> str:
    made = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture[..., :3])).save(made, "PNG")
    data = base64.b64encode(made.getvalue()).decode()
    caption = f"validation case {number}"
    image = f'<img src="data:image/png;base64,{data}" alt="{caption}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _table(rows: Sequence[Sequence[Any]], heads: Sequence[str] = ()) -> str:
    top = "<tr>" + "".join(f"<th>{_safe(head)}</th>" for head in heads) + "</tr>" if any(heads) else ""
    body = "".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}{body}</table>"


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "–"


def _interval(found: Mapping[str, Any] | None) -> str:
    if not found or found.get("mean") is None:
        return "–"
    if found.get("low") is None or found.get("high") is None:
        return f"{found['mean']:+.3f}"
    return f"{found['mean']:+.3f} (95 %: {found['low']:+.3f} to {found['high']:+.3f})"


def _safe(value: Any) -> str:
    return html.escape(str(value))


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
