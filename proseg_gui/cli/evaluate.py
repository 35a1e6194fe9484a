"""``proseg-gui evaluate``: a model against the raters of a dataset folder, as a table and as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.cli.predict import add_adjust
from proseg_gui.cli.project import add_how
from proseg_gui.errors import UserError
from proseg_gui.jobs import Progress, no_progress

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle, Card
    from proseg_gui.io.dataset import Dataset

EXAMPLE = """examples:
  proseg-gui evaluate brain_growth --model brain_growth --cases val --json val.json
  proseg-gui evaluate scans --model my_bundle --cases held_out.json --samples 32
  proseg-gui evaluate scans --model my_bundle --cases val --into-card

--cases is train, val or test (lists of the data set's split.json) or a file with a JSON list of case names.
GED^2 is what published tables call GED; "own rater" is the Dice of each rater's own prediction (identity Dice).
"""
SPLITS = ("train", "val", "test")
COLUMNS = (
    ("ged2", "GED^2"), ("dice_identity_mean", "own rater"), ("dice_identity_permuted", "wrong rater"),
    ("human_majority", "human"), ("dice_max", "Dice max"), ("dice_match", "match"), ("dice_soft", "soft"),
    ("sample_diversity", "samples d"), ("rater_diversity", "raters d"), ("hd95_mm", "HD95 mm"),
)  # fmt: skip


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="judge a model against the raters of a data set",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="a dataset folder, or a project")
    parser.add_argument("--model", required=True, metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    parser.add_argument("--cases", metavar="FILE|train|val|test", help="which cases; all by default")
    parser.add_argument("--people", type=Path, metavar="FILE",
                        help="JSON that says who is who: names in the data set to the model's raters, null for nobody "
                             "(without it, equal names are one person)")  # fmt: skip
    parser.add_argument("--samples", type=int, metavar="N", help="samples a case in all; 8 a rater by default")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which samples")
    add_adjust(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure of every case there")
    parser.add_argument("--into-card", action="store_true",
                        help="measure too how far the model's agreement and odds of raters can be trusted, and keep "
                             "that in its card, where the window reads it")  # fmt: skip
    add_how(parser)


def run(args: argparse.Namespace) -> int:
    """Judge, print the table, write the JSON."""
    from proseg_gui.io.base.atomic import check_target
    from proseg_gui.review.project.export import dataset_or_project, parse_how

    if args.samples is not None and args.samples < 1:
        raise UserError(f"--samples {args.samples} cannot be judged", remedy="Ask for at least 1")
    if args.no_adjust and args.into_card:
        raise UserError("what is kept in a card is of the model as it draws", remedy="Leave out --no-adjust")
    if args.seed < 0:
        raise UserError(f"--seed {args.seed} is negative", remedy="Give 0 or more")
    if args.json is not None:
        check_target(args.json, overwrite=args.overwrite)
    with dataset_or_project(args.dataset, how=parse_how(args.how), trust_paths=args.trust_paths) as dataset:
        _judge(args, dataset)
    return 0


def _judge(args: argparse.Namespace, dataset: Dataset) -> None:
    from proseg_gui.io.base.atomic import atomic_json
    from proseg_gui.io.dataset import read_people

    cases = chosen_cases(dataset, args.cases)
    people = read_people(args.people) if args.people else None

    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.evaluate import evaluate_dataset

    bundle = load_bundle(args.model)
    progress = no_progress if args.quiet else _progress_line()
    result = evaluate_dataset(
        dataset, bundle, cases=cases, samples=args.samples, seed=args.seed, people=people, device=args.device,
        adjusted=not args.no_adjust, progress=progress,
    )  # fmt: skip
    print("\n".join(table(result)))
    if args.into_card:
        names = [case["name"] for case in result["cases"]]
        result["calibration"] = _into_card(bundle, dataset, names, people, args.device, progress)
    if args.json is not None:
        atomic_json(args.json, result, overwrite=args.overwrite)
        print(f"wrote {args.json}")


def _into_card(
    bundle: Bundle,
    dataset: Dataset,
    names: Sequence[str],
    people: Mapping[str, str | None] | None,
    device: str,
    progress: Progress,
) -> dict[str, Any]:
    from proseg_gui.inference.calibration import KEY
    from proseg_gui.review.stopping import certify

    card = certify(dataset, bundle, names, people=people, device=device, progress=progress)
    print("\n".join(certainty_lines(card)))
    print(f"kept in the card of {card.name}")
    return dict(card.metrics[KEY])


def certainty_lines(card: Card) -> list[str]:
    """What a card says of how far its model's certainty can be trusted, in sentences."""
    from proseg_gui.inference.calibration import LEVELS, calibration_of

    known = calibration_of(card)
    if known is None:
        return []
    told = [(level, known.agreed(level / (LEVELS - 1))) for level in range(1, LEVELS - 1)]
    so = ", ".join(f"{100 * level // (LEVELS - 1)} %: {100 * what[1]:.0f} %" for level, what in told if what)
    lines = [f"of places that a share of the draws agrees on, raters included {so}"] if so else []
    if known.stop is not None:
        lines.append(f"what is left of the doubt changed the volume by {known.stop:.2f} times what the draws say")
    return lines


def chosen_cases(dataset: Dataset, choice: str | None) -> tuple[str, ...] | None:
    """Names of the cases that ``--cases`` means; ``None`` for all."""
    from proseg_gui.io.base.json_in import read_json

    if choice is None:
        return None
    if choice in SPLITS:
        if dataset.split is None:
            raise UserError("the data set has no split.json", path=dataset.path, remedy="Give a file to --cases")
        names = tuple(getattr(dataset.split, choice))
        if not names:
            raise UserError(f"split.json lists no case under {choice}", path=dataset.path)
        return names
    path = Path(choice)
    content = read_json(path)
    if not isinstance(content, list) or not content or not all(isinstance(name, str) for name in content):
        raise UserError("this is not a JSON list of case names", path=path)
    return tuple(dict.fromkeys(content))


def table(result: Mapping[str, Any]) -> list[str]:
    """The result as lines of text: one row a case, the mean, and what the numbers mean."""
    names = [row["name"] + ("*" if row["seen_in_training"] else "") for row in result["cases"]]
    width = max(4, *(len(name) for name in names))
    lines = [" " * width + "".join(f"{title:>13}" for _, title in COLUMNS)]
    for name, row in zip([*names, "mean"], [*result["cases"], result], strict=True):
        lines.append(f"{name:<{width}}" + "".join(f"{_number(row[key]):>13}" for key, _ in COLUMNS))
    own = ", ".join(f"{name} {_number(value)}" for name, value in result["dice_identity"].items())
    lines += ["", f"own prediction by rater (identity Dice): {own}"]
    gain = result["identity_gain"]
    if gain is not None:
        verdict = "a tie" if gain["tie"] else "a difference"
        interval = f"[{gain['low']:+.4f}, {gain['high']:+.4f}]"
        lines.append(f"own minus wrong rater: {gain['mean']:+.4f} {interval} over {gain['n_cases']} cases, {verdict}")
    lines += _floors(result)
    count = result["n_cases"]
    scanner = f", {result['scanner']}" if "scanner" in result else ""
    lines.append(f"{count} case{'s' * (count != 1)}, {result['n_samples']} samples each, seed {result['seed']}, "
                 f"model {result['model']} {result['model_version']}{scanner}")  # fmt: skip
    lines += [f"note: {notice}" for notice in result["notices"]]
    if result["seen_in_training"]:
        lines.append("* seen in training")
    return lines


def _floors(result: Mapping[str, Any]) -> list[str]:
    """What the spread is worth: free of the number of samples, and beside what one map would reach."""
    from proseg_gui.metrics.calibration import COVERAGE_DRAWS

    lines = []
    if result["fair_ged2"] is not None:
        parts = [f"fair GED^2 (free of the number of samples) {result['fair_ged2']:.4f}",
                 f"its mean map cut at random levels {result['random_levels']:.4f}"]  # fmt: skip
        if result["rater_floor"] is not None:
            parts.append(f"drawing as the raters do {result['rater_floor']:.4f}")
        if result["share_removed"] is not None:
            parts.append(f"share removed {result['share_removed']:.2f}")
        lines.append(", ".join(parts))
        lines.append(f"unbiased diversity of samples {_number(result['unbiased_sample_diversity'])}, of raters "
                     f"{_number(result['unbiased_rater_diversity'])}; shape share {_number(result['shape_share'])}, of "
                     f"raters {_number(result['rater_shape_share'])}; ECE of inner bins "
                     f"{_number(result['inner_calibration_error'])}")  # fmt: skip
    volumes = f"volume CRPS {_number(result['volume_crps_ml'])} ml"
    if result["volume_in_95"] is None:
        volumes += f"; whether volume intervals hold is told from --samples {COVERAGE_DRAWS} on"
    else:
        volumes += (f"; the samples' 95 % interval holds {result['volume_in_95']:.0%} of the raters' volumes, "
                    f"the 80 % interval {result['volume_in_80']:.0%}")  # fmt: skip
    lines.append(volumes)
    if result["repeat_gap"] is not None:
        lines.append(f"own minus wrong of people's repeated readings: {result['repeat_gap']:+.4f}")
    return lines


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _progress_line() -> Progress:
    """Progress on one line that the table then replaces, where standard output is a terminal."""
    if not sys.stdout.isatty():
        return no_progress

    def report(share: float, text: str) -> None:
        print(f"\r\033[K{share:4.0%} {text}", end="" if share < 1.0 else "\r\033[K", flush=True)

    return report
