"""Who drew what: one table of the regions found in files, "region -> rater, structure, leave out".

The table is proposed from what the files are called and say, may be changed by a person (in the window) or by a map (a
file, on the command line), and then decides. It is the same for both, and nothing here touches an image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proseg_gui.io.base.shown import plain
from proseg_gui.io.dicom.common import MANUFACTURER
from proseg_gui.io.images.reading import image_stem, image_suffix

ONE_STRUCTURE = "structure"
_MACHINE_MADE = re.compile(r"^\d|\d+\.\d+\.\d+|^(IM|RS|RT|SEG|SC|I|MR|CT|PT)[-_.]?\d+|^[0-9A-Fa-f]{8,}$", re.IGNORECASE)
_OURS = re.compile(
    r"(?:(?P<structure>.+?) )?(?P<drawing>rater[ _](?P<rater>.+)|consensus(?:[ _]style)?|current|latents|sample[ _]\d+)"
)
"""What this program calls the regions of its exports: ``rater_ann``, ``GTV consensus style``, ``lesion rater_ann``."""
CURRENT = "current"


@dataclass(frozen=True)
class Row:
    """One region of one file: who drew it, what it is, and whether it is taken at all."""

    file: str
    region: str
    rater: str
    structure: str
    take: bool = True


@dataclass(frozen=True)
class Source:
    """What one file says of itself.

    ``rater`` is who drew it, where somebody said so, and ``readers`` who drew each region, where the file does.
    ``label`` and ``maker`` are the file's own words for the drawing and the program that wrote it. ``named`` is
    False where regions have no names in the file, so that ``regions`` holds the file's own name.
    """

    path: Path
    regions: tuple[str, ...] = ()
    rater: str = ""
    readers: tuple[str, ...] = ()
    label: str = ""
    maker: str = ""
    named: bool = True

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return image_stem(self.path) if image_suffix(self.path) else self.path.stem


@dataclass(frozen=True)
class Known:
    """What the case has already: its raters, and the structures that they drew."""

    raters: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The proposed rows, file by file in their order, and sentences on what was guessed."""

    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


Meets = Callable[[int, int], bool]
"""Whether the only regions of two sources have a voxel in common; -1 stands for what the case has already."""


def propose(sources: Sequence[Source], known: Known, meets: Meets) -> Table:
    """The table for these files, with a sentence for everything that is a guess.

    - A file is a rater (:func:`rater_names`); an LIDC file brings its own.
    - The regions of this program's own exports are raters of one structure.
    - One region in each of several files, all under different names, is one structure where all of them overlap, and
      several structures where some do not meet at all.
    - A file with one region joins the only structure that the case has, if it meets what is drawn there.
    - A rater who is called like one of the case gets a number.
    """
    notices: list[str] = []
    names = rater_names(sources, notices)
    rows: list[list[Row]] = []
    single: list[int] = []
    for at, (source, rater) in enumerate(zip(sources, names, strict=True)):
        file = str(source.path)
        ours = _our_drawings(source, known)
        if source.readers:
            own = [Row(file, *row) for row in zip(source.regions, source.readers, source.regions, strict=True)]
        elif ours:
            own = [Row(file, region, *drawn) for region, drawn in zip(source.regions, ours, strict=True)]
            who = ", ".join(row.rater for row in own)
            notices.append(
                f"{plain(source.path.name)} is an export of this program: its regions are drawings of {who}."
            )
        else:
            own = [Row(file, region, rater, region) for region in source.regions]
            single += [at] if len(own) == 1 else []
        rows.append(own)
    if known.structures and known.raters:
        _join(rows, sources, single, known, meets, notices)
    elif len(single) == len(sources):
        _as_one(rows, sources, meets, notices)
    return Table(tuple(_apart(rows, known, notices)), tuple(notices))


def rater_names(sources: Sequence[Source], notices: list[str] | None = None) -> list[str]:
    """Who drew each file: as given, else its name where that says something, else the label inside; no two alike.

    File names such as ``RS.1.2.840.dcm``, ``IM0003`` or ``00000012`` say nothing; neither do labels that all are one.
    Files of one name are told apart by their folders; only one file given twice keeps one name.
    """
    stems = [source.stem for source in sources]
    names = [
        source.rater or (source.label if _MACHINE_MADE.search(stem) else "") or stem
        for source, stem in zip(sources, stems, strict=True)
    ]
    if len(set(names)) < len(names):
        names = [source.rater or stem for source, stem in zip(sources, stems, strict=True)]
    alike = {name for name, count in Counter(names).items() if count > 1}
    for name in sorted(alike):
        members = [at for at, other in enumerate(names) if other == name and not sources[at].rater]
        folders = _folders([sources[at].path for at in members])
        if not folders:
            continue
        for at, folder in zip(members, folders, strict=True):
            names[at] = folder
        if notices is not None:
            shown = ", ".join(plain(folder) for folder in folders)
            notices.append(
                f"{len(members)} files are called {plain(name)}: their raters are named by the folders, {shown}."
            )
    return [plain(name) for name in names]


def _folders(paths: Sequence[Path]) -> list[str]:
    """The nearest folders by which the files differ; none where they do not."""
    if len(paths) < 2:
        return []
    parents = [path.absolute().parents for path in paths]
    for level in range(min(len(above) for above in parents)):
        names = [above[level].name for above in parents]
        if len(set(names)) == len(names) and all(names):
            return names
    return []


def _our_drawings(source: Source, known: Known) -> list[tuple[str, str]]:
    """(rater, structure) of each region of an export of this program; empty for any other file."""
    matches = [_OURS.fullmatch(region) for region in source.regions]
    structures = {match["structure"] for match in matches if match and match["structure"]}
    one = known.structures[0] if known.raters and len(known.structures) == 1 else ONE_STRUCTURE
    certain = any(match and match["rater"] for match in matches) or source.maker == MANUFACTURER
    found = []
    for region, match in zip(source.regions, matches, strict=True):
        if match:
            drawing = match["rater"] or match["drawing"].replace("_", " ")
            found.append((drawing, match["structure"] or one))
        elif region in structures:
            found.append((CURRENT, region))
    return found if certain and len(found) == len(matches) else []


def _join(
    rows: list[list[Row]],
    sources: Sequence[Source],
    single: Sequence[int],
    known: Known,
    meets: Meets,
    notices: list[str],
) -> None:
    """Files with one region become drawings of the only structure of the case."""
    if len(known.structures) != 1:
        return
    (structure,) = known.structures
    for at in single:
        (row,) = rows[at]
        if row.structure == structure:
            continue
        if not meets(at, -1):
            notices.append(
                f"{row.region!r} meets nothing that is drawn as {structure!r}: it was taken as a structure of its own."
            )
            continue
        rows[at] = [replace(row, structure=structure)]
        if sources[at].named:
            notices.append(f"{row.region!r} was taken as a drawing of {structure!r}.")


def _as_one(rows: list[list[Row]], sources: Sequence[Source], meets: Meets, notices: list[str]) -> None:
    """One region from each of several files, all called differently: one structure, or several that do not meet."""
    regions = [own[0].region for own in rows]
    if len(rows) < 2 or len(set(regions)) < len(regions) or len({own[0].rater for own in rows}) < len(rows):
        return
    shown = ", ".join(repr(region) for region in regions)
    strangers = next(
        ((i, j) for i in range(len(rows)) for j in range(i + 1, len(rows)) if not meets(i, j)),
        None,
    )
    if strangers is None:
        rows[:] = [[replace(own[0], structure=ONE_STRUCTURE)] for own in rows]
        notices.append(f"{shown} were taken as drawings of one structure, {ONE_STRUCTURE!r}, by {len(rows)} raters.")
        return
    i, j = strangers
    said = f"{regions[i]!r} and {regions[j]!r} do not overlap anywhere: {shown} were taken as structures of their own"
    if not any(source.named or source.rater for source in sources):
        rater = plain(sources[0].path.absolute().parent.name) or "rater"
        rows[:] = [[replace(own[0], rater=rater)] for own in rows]
        said += f", drawn by one rater, {rater!r}"
    notices.append(f"{said}.")


def _apart(rows: Sequence[Sequence[Row]], known: Known, notices: list[str]) -> list[Row]:
    """All rows; whoever is called like a rater of the case, or of a file before, gets a number."""
    found: list[Row] = []
    for own in rows:
        taken = {*known.raters} | {row.rater for row in found} if known.raters else set()
        names = {rater: free_name(rater, taken) for rater in dict.fromkeys(row.rater for row in own)}
        notices += [
            f"The case has a rater {rater!r} already; this drawing's is called {name!r}."
            for rater, name in names.items()
            if name != rater
        ]
        found += [replace(row, rater=names[row.rater]) for row in own]
    return found


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, or ``name (2)`` and so on where somebody is called that already."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def problem(rows: Sequence[Row], there: Mapping[tuple[str, str], str] | None = None) -> str:
    """Why the table cannot be applied, as a clause; empty when it can.

    ``there`` are (rater, structure) pairs that the case has already, with where they are.
    """
    taken = [row for row in rows if row.take]
    if not taken:
        return "nothing is taken"
    seen: dict[tuple[str, str], str] = dict(there or {})
    for row in taken:
        if not row.rater.strip() or not row.structure.strip():
            return f"{row.region!r} needs a {'structure' if row.rater.strip() else 'rater'}"
        key, where = (row.rater, row.structure), f"{row.region!r} of {shown_file(row.file)}"
        if key in seen:
            return f"{seen[key]} and {where} would both be the drawing of {row.structure!r} by {row.rater!r}"
        seen[key] = where
    return ""


def shown_file(file: str) -> str:
    """The file with its folder, by which files of one name are told apart."""
    return plain(str(Path(*Path(file).parts[-2:])))


def without_problems(rows: Sequence[Row], notices: list[str]) -> list[Row]:
    """The rows with those not taken that :func:`problem` minds, each said in ``notices``."""
    if not problem(rows):
        return list(rows)
    kept: list[Row] = []
    for row in rows:
        wrong = problem([*kept, row]) if row.take else ""
        if wrong:
            notices.append(f"{row.region!r} of {shown_file(row.file)} was left out: {wrong}.")
        kept.append(replace(row, take=row.take and not wrong))
    return kept


def titles(rows: Sequence[Row]) -> list[str]:
    """What each taken row is called in an export: a structure, or, of several raters, as this program calls theirs."""
    taken = [row for row in rows if row.take]
    several_raters = len({row.rater for row in taken}) > 1
    several_structures = len({row.structure for row in taken}) > 1
    return [
        f"{row.structure} rater_{row.rater}"
        if several_raters and several_structures
        else f"rater_{row.rater}"
        if several_raters
        else row.structure
        for row in taken
    ]
