"""What can be trained and how it can be set, each once, without torch, which takes seconds.

Whatever lists methods, options or stages reads them here: the networks' registry, the objectives, ``train``,
``benchmark`` and its tables, the Trainer, and what people read of a model's card. A method is its network, its
objective, its row in :data:`METHODS`, its page in ``docs/methods`` and its test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any


@dataclass(frozen=True, eq=False)
class Option:
    """A choice by name. ``name`` is that of a constructor's argument, of ``train --name`` and in a card.

    ``choices``: name -> words for people, the usual one first. ``meaning`` says what is chosen and goes on a sentence.
    """

    name: str
    title: str
    meaning: str
    choices: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """What can be chosen, the usual one first."""
        return tuple(self.choices)

    @property
    def usual(self) -> str:
        """What it is where nobody says anything."""
        return self.names[0]

    @property
    def flag(self) -> str:
        """The command line's word."""
        return f"--{self.name.replace('_', '-')}"


@dataclass(frozen=True)
class Stage:
    """How much of a trained model may change: name, words, and the usual number of steps."""

    name: str
    title: str
    sentence: str
    steps: int
    varies: bool = False
    """Whether slices are varied: not where they are encoded once, before the first step."""


@dataclass(frozen=True)
class MethodEntry:
    """One method. ``name`` is the word of ``--method`` and a card's ``kind``; ``title`` is for people.

    ``network`` is ``module:Class`` in :mod:`proseg_gui.networks`, ``objective`` in :mod:`proseg_gui.training`.
    ``options`` are those that only some methods have; ``stages`` name the stages by which it learns further,
    ``recipe_options`` what it can be trained with otherwise than usual. It is learned in so many ``passes``, each of
    which does all steps.
    """

    name: str
    title: str
    network: str
    objective: str
    options: tuple[Option, ...] = ()
    stages: tuple[str, ...] = ()
    recipe_options: tuple[str, ...] = ()
    passes: int = 1
    newest: Mapping[str, str] = field(default_factory=dict)
    """What a new network has otherwise than a bundle that does not name it: older bundles open as they were."""
    imputes: bool = False
    """Whether images may lack channels: its networks' capability of that name, for those who read cards alone."""


@dataclass(frozen=True)
class Contender:
    """What ``benchmark`` compares under ``name``: a method, with ``options`` of it set otherwise."""

    name: str
    title: str
    method: str
    options: Mapping[str, str] = field(default_factory=dict)


PREFERENCE = Option("preference", "Preference", "what a rater's preference is distributed as", {
    "dirichlet": "Dirichlet", "gaussian": "Gaussian",
})  # fmt: skip
CONDITIONING = Option("conditioning", "Conditioning", "how a rater's preference acts: it scales and shifts features, "
                      "or mixes the decoder's weights too, which can tell raters apart better", {
    "film": "Scale and shift", "matrix": "Mixed matrices",
})  # fmt: skip
BACKBONE = Option("backbone", "Backbone", "what reads the image: the project's U-Net, or an encoder with weights of "
                  "yours, which needs the extra [encoders]", {
    "unet": "U-Net", "resnet18": "ResNet-18", "resnet34": "ResNet-34", "resnet50": "ResNet-50",
})  # fmt: skip
MODE = Option("mode", "Mode", "what a draw is: anybody's reading, a chosen rater's, or what so many raters agree on", {
    "diverse": "Diverse", "rater": "A rater's", "level": "Agreement levels",
})  # fmt: skip
DYNAMICS = Option("dynamics", "Dynamics", "how noise becomes a mask: pixels change between 0 and 1, or move "
                  "along straight lines", {
    "bernoulli": "Bernoulli diffusion", "flow": "Flow matching",
})  # fmt: skip
PRECISION = Option("precision", "Precision", "what the network counts with while it learns; 16-mixed needs CUDA", {
    "32": "32 bits", "bf16-mixed": "bfloat16, mixed", "16-mixed": "16 bits, mixed (CUDA)",
})  # fmt: skip

STAGES = (
    Stage("rater", "Add a rater", "Learns a few numbers for each new rater; the network and the raters that it knows "
          "stay exactly as they are.", 300),
    Stage("adapt", "Adapt", "Learns the raters and the layers that draw; the layers that read the image stay. Raters "
          "that it knows may shift a little.", 240),
    Stage("full", "Full", "Goes on with everything, slowly, from the base's weights. What it knew may shift; the "
          "figures afterwards say how much.", 600, varies=True),
)  # fmt: skip
STEPS = 1200
"""Optimiser steps of a new model, where nobody says how many."""
STAGE_PATIENCE = 4
"""Validations of a stage without anything better after which it ends; a new model does all its steps."""
RECIPE_OPTIONS = ("no-rater-heads", "heads-first", "deep-supervision", "strong-variation", "scanner-variation",
                  "recalibrated")  # fmt: skip
"""Names of :func:`proseg_gui.training.recipe.with_options`."""

METHODS = (
    MethodEntry("proseg", "ProSeg coherent", "proseg:ProSeg", "objective:ProSegObjective",
                (CONDITIONING, PREFERENCE), tuple(stage.name for stage in STAGES), RECIPE_OPTIONS),
    MethodEntry("reference", "ProSeg reference", "reference:ReferenceProSeg",
                "objectives.reference:ReferenceObjective"),
    MethodEntry("dpersona", "D-Persona", "dpersona:DPersona", "objectives.dpersona:DPersonaObjective", passes=2,
                newest={"code_encoder": "plain"}),
    MethodEntry("probunet", "Probabilistic U-Net", "probunet:ProbabilisticUNet",
                "objectives.probunet:ProbabilisticUNetObjective", newest={"code_encoder": "plain"}),
    MethodEntry("pionono", "Pionono", "pionono:Pionono", "objectives.pionono:PiononoObjective"),
    MethodEntry("prosona", "ProSona", "prosona:ProSona", "objectives.prosona:ProSonaObjective"),
    MethodEntry("mgp_vae", "Missing sequences (MGP-VAE)", "mgp_vae:MgpVae", "objectives.mgp_vae:MgpVaeObjective",
                (CONDITIONING, PREFERENCE), imputes=True),
    MethodEntry("mambo", "ProSeg adjusted for the scanner", "mambo:Mambo", "objectives.mambo:MamboObjective",
                (CONDITIONING, PREFERENCE)),
    MethodEntry("ssn", "Stochastic segmentation network", "ssn:StochasticSegmentationNetwork",
                "objectives.ssn:StochasticSegmentationObjective"),
    MethodEntry("mose", "Mixture of stochastic experts", "mose:MixtureOfStochasticExperts",
                "objectives.mose:MixtureOfStochasticExpertsObjective"),
    MethodEntry("diffusion", "Diffusion over masks", "diffusion:MaskDiffusion",
                "objectives.diffusion:MaskDiffusionObjective", (MODE, DYNAMICS)),
    MethodEntry("consensus_levels", "Agreement levels", "consensus_levels:ConsensusLevels",
                "objectives.consensus_levels:ConsensusLevelsObjective"),
    MethodEntry("sam_adapter", "Promptable adapters", "sam_adapter:SamAdapter",
                "objectives.sam_adapter:SamAdapterObjective", passes=2),
    MethodEntry("cm_global", "Confusion matrix a rater", "confusion:GlobalConfusion",
                "objectives.confusion:GlobalConfusionObjective"),
    MethodEntry("cm_pixel", "Confusion matrix a rater and pixel", "confusion:PixelConfusion",
                "objectives.confusion:PixelConfusionObjective"),
    MethodEntry("rater_heads", "per-rater heads", "rater_heads:RaterHeads",
                "objectives.rater_heads:RaterHeadsObjective"),
    MethodEntry("majority", "majority mask", "majority:Majority", "objectives.majority:MajorityObjective"),
    MethodEntry("threshold", "one map, a threshold a rater", "majority:Threshold",
                "objectives.majority:ThresholdObjective"),
)  # fmt: skip
"""All methods; the first is what the shipped models are, and what is trained where nobody names one."""
VARIANTS = (
    Contender("proseg_matrix", "ProSeg coherent, matrix", "proseg", {CONDITIONING.name: "matrix"}),
    Contender("diffusion_rater", "Diffusion over masks, of a rater", "diffusion", {MODE.name: "rater"}),
    Contender("diffusion_level", "Diffusion over masks, levels", "diffusion", {MODE.name: "level"}),
    Contender("diffusion_flow", "Diffusion over masks, flow", "diffusion", {DYNAMICS.name: "flow"}),
)

ENTRIES: Mapping[str, MethodEntry] = {entry.name: entry for entry in METHODS}
STAGE_ENTRIES: Mapping[str, Stage] = {stage.name: stage for stage in STAGES}
OPTIONS: tuple[Option, ...] = (*dict.fromkeys(o for entry in METHODS for o in entry.options), BACKBONE)
"""All that a new network can be asked for."""
CONTENDERS: Mapping[str, Contender] = {
    contender.name: contender
    for entry in METHODS
    for contender in (
        Contender(entry.name, entry.title, entry.name),
        *(variant for variant in VARIANTS if variant.method == entry.name),
    )
}
"""What can be compared, in the order of the tables: each method, and after it its variants."""


def options_of(method: str) -> tuple[Option, ...]:
    """What a network of ``method`` can be asked for."""
    return (*ENTRIES[method].options, BACKBONE)


def methods_with(option: Option) -> tuple[str, ...]:
    """Names of the methods that have ``option``."""
    return tuple(entry.name for entry in METHODS if option in options_of(entry.name))


def title_of(method: str) -> str:
    """A card's kind in words; the kind itself where this version does not know it."""
    return ENTRIES[method].title if method in ENTRIES else method


def load_class(package: str, place: str) -> Any:
    """The class at ``place``, an entry's ``module:Class`` in ``package``."""
    module, name = place.split(":")
    return getattr(import_module(f"{package}.{module}"), name)
