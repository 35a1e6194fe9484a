"""``proseg-gui train``: a bundle from a dataset folder with several raters' masks."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from proseg_gui.catalogue import (
    BACKBONE,
    ENTRIES,
    METHODS,
    OPTIONS,
    PRECISION,
    RECIPE_OPTIONS,
    STAGE_ENTRIES,
    STAGE_PATIENCE,
    STEPS,
    Option,
    methods_with,
    options_of,
)
from proseg_gui.cli.evaluate import certainty_lines
from proseg_gui.cli.project import add_how
from proseg_gui.errors import UserError
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.io.dataset import Dataset
    from proseg_gui.training.request import Request

EXAMPLES = """examples:
  proseg-gui train brain_growth --out my_model --flip x --modality MR
  proseg-gui train scans --out liver --window=-160,240 --modality CT --keep-names --steps 2000
  proseg-gui train scans --out liver --resume           go on with the same command after an interruption
  proseg-gui train ours --init liver --stage rater --out liver2     add the raters that liver does not know
  proseg-gui train ours --init liver --stage adapt --out liver3     let its decoder learn from them as well

DATASET holds CASE/image.nii.gz and CASE/masks/RATER.nii.gz (a missing file is a missing mask, an all-zero one means
"drawn and empty"); split.json or --split says which cases are trained on and which choose the weights. The state and
the log of a run lie in OUT.training.

--init goes on from a trained model, which itself is never changed. Stage rater: a new rater is learnt as a few numbers
on the frozen model, in minutes. adapt: the decoder learns too. full: everything learns, slowly. Raters are matched by
equal name, or through the table on this computer that a training under pseudonyms left, and the command prints whom it
took for whom: two hospitals' rater1 are two people. --people FILE says it instead: {"rater1": null, "anna": "rater3"}.
"""
_UNRECORDED = frozenset({"command", "parser", "dataset", "trust_paths", "out", "overwrite", "resume", "memory", "quiet",
                          "debug", "people"})  # fmt: skip
"""What of the parsed arguments the card's command does not repeat: the model does not depend on it, or it names people.
"""
UNSAID = (
    "Nothing says what these images are, so the card says unknown, and the model can tell images of another kind by "
    "their looks only: give --modality, or write modality into dataset.json."
)


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train a model from a dataset folder",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="folder of cases, or a project")
    parser.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="folder to write the bundle to")
    parser.add_argument("--init", metavar="BUNDLE", help="go on from this model: its folder, or its name")
    parser.add_argument("--stage", choices=tuple(STAGE_ENTRIES), help="how much of the --init model may change")
    parser.add_argument("--people", type=Path, metavar="FILE",
                        help="with --init, JSON that says who is who: names in the data set to raters of that model, "
                             "null for somebody new (without it, equal names are taken for one person)")  # fmt: skip
    parser.add_argument("--method", metavar="NAME",
                        help=f"which kind of model: {', '.join(ENTRIES)} ({METHODS[0].name})")  # fmt: skip
    for option in OPTIONS:
        parser.add_argument(option.flag, choices=option.names, help=_help(option))
    parser.add_argument("--encoder-weights", type=Path, metavar="FILE",
                        help="safetensors file of the encoder's weights, named as torchvision and timm do")  # fmt: skip
    parser.add_argument("--widths", metavar="N,N,...", help="channels of the U-Net's levels (16,32,64,64)")
    parser.add_argument("--keep-names", action="store_true", help="keep rater names that are not rater<number>")
    parser.add_argument("--split", type=Path, metavar="FILE", help="JSON with train, val and test: lists of cases")
    parser.add_argument("--steps", type=int, help=f"optimiser steps ({STEPS}; with --init fewer, by stage)")
    parser.add_argument("--patience", type=int, metavar="N",
                        help="end when so many validations in a row (of 10) brought nothing better "
                             "(0: never; with --init 4)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="fixes every random choice (0)")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training")
    parser.add_argument("--flip", choices=("none", "x", "y", "xy"), default="none",
                        help="axes along which the anatomy may be mirrored (none)")  # fmt: skip
    parser.add_argument("--window", metavar="LOW,HIGH",
                        help="intensities that count as black and white, such as -160,240 for CT; training then varies "
                             "them little (default: the 1st and 99th percentile of each image)")  # fmt: skip
    parser.add_argument("--crop", type=int, default=0, metavar="PIXELS",
                        help="look at squares of this size around what is drawn for the first 70 %% of the steps, "
                             "which is quicker where the structure is small (0: always whole slices)")  # fmt: skip
    parser.add_argument("--recipe", default="", metavar="A,B",
                        help=f"{', '.join(_with_recipes())} only, what a new model learns with otherwise than usual: "
                             f"{', '.join(RECIPE_OPTIONS)} (nothing; docs/decisions/recipe-options.md)")  # fmt: skip
    parser.add_argument("--precision", choices=PRECISION.names, default=PRECISION.usual,
                        help=f"{PRECISION.meaning} ({PRECISION.usual})")  # fmt: skip
    parser.add_argument("--memory", type=float, metavar="GB",
                        help="what cases may fill of the memory; the rest lies in temporary files (half of what is "
                             "free)")  # fmt: skip
    parser.add_argument(
        "--modality",
        default="",
        help="CT, MR, ...: what the images are, where neither the files nor dataset.json say it",
    )
    parser.add_argument("--licence", default="", help="text for the card")
    parser.add_argument("--intended-use", default="", help="text for the card")
    add_how(parser)
    parser.set_defaults(parser=parser)


def run(args: argparse.Namespace) -> int:
    """Train, and print where the bundle is and how good it is."""
    if args.steps is not None and args.steps < 2:
        raise UserError(f"--steps {args.steps} is too few", remedy="Give 2 or more")
    _check_network(args)
    if args.patience is not None and args.patience < 0:
        raise UserError(f"--patience {args.patience} is negative", remedy="Give 0 or more")
    if args.memory is not None and not args.memory >= 0:
        raise UserError(f"--memory {args.memory} is not a size", remedy="Give gigabytes, or leave it out")
    if args.crop and args.crop < 32:
        raise UserError(f"--crop {args.crop} is too small", remedy="Give 32 pixels or more, or 0 for whole slices")
    window = parse_window(args.window)
    from proseg_gui.review.project.export import dataset_or_project, parse_how

    with dataset_or_project(args.dataset, how=parse_how(args.how), trust_paths=args.trust_paths) as dataset:
        return _train(args, _request(args, window, dataset))


def _train(args: argparse.Namespace, request: Request) -> int:
    from proseg_gui.jobs import no_progress
    from proseg_gui.review.stopping import certified
    from proseg_gui.training.place import run_folder
    from proseg_gui.training.processes import rank
    from proseg_gui.training.run import train_bundle

    if rank():  # of several processes the first one speaks
        train_bundle(request, no_progress)
        return 0
    if args.init and not args.people:
        print("\n".join(_guessed(request)), flush=True)

    def say(share: float, text: str) -> None:
        print(f"{share:4.0%}  {text}", flush=True)

    card = certified(train_bundle(request, say), request, say)
    raters = f"{plural(len(card.raters), 'rater')} ({', '.join(card.raters)})"
    print(f"wrote {args.out.name}: {raters}; log in {run_folder(args.out).name}")  # logs are made of this: no folders
    print("\n".join([*result_lines(card), *certainty_lines(card)]))
    if not card.known_modality:
        print(f"note: {UNSAID}")
    return 0


def _guessed(request: Request) -> list[str]:
    """Whom names alone were taken for; names of the base's raters only, since logs are made of this."""
    from proseg_gui.bundle import find_bundle, read_card
    from proseg_gui.training.origin import match_raters

    card = read_card(find_bundle(str(request.start.init)))
    known = sorted(set(match_raters(card, request.dataset).values()))
    if not known:
        return [f"nobody in these data is called like a rater of {card.name}: all are new"]
    return [f"taken for the same people by their names: {', '.join(known)} of {card.name} (--people says otherwise)"]


def _check_network(args: argparse.Namespace) -> None:
    """Refuse options that say what the network is where it is given, or another."""
    if bool(args.init) != bool(args.stage):
        raise UserError("--init and --stage belong together",
                        remedy="For instance --init liver --stage rater")  # fmt: skip
    if args.people and not args.init:
        raise UserError("--people says who is who in the model that --init names", remedy="Give --init too")
    options = _network_options(args)
    asked = {"--method": args.method, "--widths": args.widths, "--recipe": args.recipe,
             **{option.flag: True for option in options}}  # fmt: skip
    chosen = next((flag for flag, value in asked.items() if value), "")
    if args.init and chosen:
        raise UserError(f"{chosen} cannot be chosen with --init", remedy="The network is that of --init")
    if args.method is not None and args.method not in ENTRIES:
        raise UserError(f"there is no method {args.method!r}", remedy=f"Methods are {', '.join(ENTRIES)}")
    if (BACKBONE in options) != bool(args.encoder_weights):
        raise UserError("--encoder-weights and a --backbone other than unet belong together",
                        remedy="For instance --backbone resnet18 --encoder-weights resnet18.safetensors")  # fmt: skip
    unknown = [name for name in _recipe_options(args) if name not in RECIPE_OPTIONS]
    if unknown:
        raise UserError(f"there is no recipe option {unknown[0]!r}", remedy=f"There are {', '.join(RECIPE_OPTIONS)}")
    if "heads-first" in _recipe_options(args) and args.conditioning == "film":
        raise UserError("the recipe option heads-first needs --conditioning matrix", remedy="Leave one of them out")
    method = args.method or METHODS[0].name
    if args.recipe and not ENTRIES[method].recipe_options:
        able = " or ".join(_with_recipes())
        raise UserError(f"--recipe {args.recipe} is for --method {able}, not {method}", remedy="Leave it out")
    for option, value in options.items():
        if option not in options_of(method):
            able = " or ".join(methods_with(option))
            raise UserError(f"{option.flag} {value} is for --method {able}, not {method}", remedy="Leave it out")


def _network_options(args: argparse.Namespace) -> dict[Option, str]:
    """What was chosen of the network, where it is not what is usual."""
    given = {option: getattr(args, option.name) for option in OPTIONS}
    return {option: value for option, value in given.items() if value not in (None, option.usual)}


def _help(option: Option) -> str:
    able = methods_with(option)
    only = "" if len(able) == len(METHODS) else f"{', '.join(able)} only: "
    return f"{only}{option.meaning} ({option.usual})"


def _with_recipes() -> list[str]:
    return [entry.name for entry in METHODS if entry.recipe_options]


def _recipe_options(args: argparse.Namespace) -> list[str]:
    return [name.strip() for name in args.recipe.split(",") if name.strip()]


def result_lines(card: Card) -> list[str]:
    """How good the new model is, and compared with the one that it was made from."""
    from proseg_gui.training.verdict import beside_heads, doubts

    figures = card.metrics.get("validation", {})
    lines = [f"  {name}: {value}" for name, value in figures.items()]
    if not figures:
        lines = ["  no validation case: the last weights were kept, unjudged"]
    else:
        lines += [f"  look before you use it: {doubt}" for doubt in doubts(card.metrics)]
        beside = beside_heads(card.metrics)
        lines += [f"  beside plain heads: {beside}"] if beside else []
    comparison = card.metrics.get("comparison")
    if comparison:
        from proseg_gui.training.compare import verdict

        lines.append(f"  against {comparison['base']['name']}: {verdict(comparison)}")
    seen = card.training.get("held_out_seen_by_base", 0)
    if seen:
        lines.append(f"  note: the base learned from {seen} of the held-out cases, so its own figures are flattered")
    return lines


def _request(args: argparse.Namespace, window: tuple[float, float] | None, dataset: Dataset) -> Request:
    from proseg_gui.bundle import find_bundle, read_card
    from proseg_gui.io.dataset import Split, read_people
    from proseg_gui.training.augment import augmentation_for
    from proseg_gui.training.place import Place
    from proseg_gui.training.recipe import Recipe, with_options
    from proseg_gui.training.request import Images, Request, Start, Words

    split = Split.read(args.split) if args.split else None
    calibrated = window is not None or bool(args.init and read_card(find_bundle(args.init)).window["kind"] == "fixed")
    augmentation = augmentation_for(args.flip, calibrated=calibrated)
    network = {option.name: value for option, value in _network_options(args).items()}
    steps = args.steps or (STAGE_ENTRIES[args.stage].steps if args.init else STEPS)
    patience = (STAGE_PATIENCE if args.init else 0) if args.patience is None else args.patience
    recipe = Recipe(steps=steps, seed=args.seed, crop=args.crop, patience=patience, augmentation=augmentation,
                    network=network, precision=args.precision)  # fmt: skip
    recipe = with_options(recipe, _recipe_options(args))
    if args.widths:
        recipe = replace(recipe, widths=_widths(args.widths))
    people = read_people(args.people) if args.people else None
    return Request(
        dataset, Place(args.out, args.overwrite, args.resume), recipe, split,
        Start(args.method or METHODS[0].name, args.encoder_weights, args.init, args.stage or "", people),
        Images(window, args.modality), Words(args.licence, args.intended_use, recorded_command(args)),
        args.keep_names, args.device, None if args.memory is None else round(args.memory * 1e9),
    )  # fmt: skip


def recorded_command(args: argparse.Namespace) -> str:
    """The command for the card: all that made the model what it is, and words for the reader's own files.

    Folders may be called after patients, hospitals and users, so of a path its model's name remains at most.
    """
    words = ["proseg-gui", "train", "DATASET", "--out", args.out.name]
    for name, value in vars(args).items():
        if name in _UNRECORDED or value == args.parser.get_default(name):
            continue
        option = "--" + name.replace("_", "-")
        own = {"split": "SPLIT", "encoder_weights": "WEIGHTS", "init": Path(str(value)).name}
        text = own.get(name, str(value))
        words += [option] if value is True else [f"{option}={text}"] if text.startswith("-") else [option, text]
    return shlex.join(words)


def _widths(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.isdecimal() and 2 <= int(part) <= 2048 for part in parts) or not 2 <= len(parts) <= 8:
        raise UserError(f"--widths {text!r} is not two to eight numbers from 2 to 2048",
                        remedy="For instance 16,32,64,64")  # fmt: skip
    return tuple(int(part) for part in parts)


def parse_window(text: str | None) -> tuple[float, float] | None:
    """``LOW,HIGH`` as numbers; ``None`` where the option was not given."""
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UserError(f"--window {text!r} is not LOW,HIGH", remedy="For instance --window=-160,240") from error
    if not low < high:
        raise UserError(f"--window {text!r} is empty", remedy="Give the lower intensity first")
    return low, high
