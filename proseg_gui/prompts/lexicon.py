"""The words of a prompt, English and German, as the reader folds them: small letters, without accents and umlauts.

A word is an adjective or a noun of an attribute with a sign, a way to strengthen or turn what is asked, the name of
everybody together, or one that says nothing here. A word in no table is told to the person as not understood.
"""

from __future__ import annotations

from collections.abc import Mapping

Word = tuple[str, int]
"""(attribute, +1 or -1)"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ADJECTIVES = {
    ("size", -1): "tight tightly small narrow conservative conservatively restrictive restrictively compact core "
                  "close closely snug strict strictly cautious cautiously eng knapp klein schmal zuruckhaltend "
                  "konservativ streng kern vorsichtig sparsam",
    ("size", 1): "loose loosely generous generously large big wide widely broad broadly liberal liberally "
                 "inclusive inclusively roomy ample lose locker grosszugig grosszuegig gross weit breit reichlich "
                 "umfassend",
    ("smoothness", 1): "smooth smoothly round rounded even evenly regular soft clean glatt rund gerundet "
                       "gleichmassig gleichmaessig regelmassig weich sauber",
    ("smoothness", -1): "rough roughly jagged ragged irregular irregularly wavy bumpy uneven unevenly lobulated "
                        "detailed rau rauh unregelmassig uneben wellig gezackt zerklueftet zerkluftet gelappt "
                        "detailliert",
    ("spikes", 1): "spiky spiked spiculated spicular pointed pointy thorny prickly stellate spitz stachelig "
                   "spikuliert sternformig zackig",
    ("spikes", -1): "blunt blunted stumpf",
    ("parts", -1): "single piece connected coherent contiguous zusammenhangend zusammenhaengend einteilig "
                   "verbunden stuck",
    ("parts", 1): "fragmented scattered multiple separate zersplittert verstreut mehrteilig mehrere getrennt",
    ("holes", -1): "solid filled massive gefullt gefuellt massiv ausgefullt luckenlos",
    ("holes", 1): "hollow porous perforated hohl lochrig loechrig poros durchbrochen",
}  # fmt: skip
_COMPARATIVES = {
    ("size", -1): "tighter smaller narrower closer stricter snugger tighten shrink enger knapper kleiner schmaler "
                  "strenger sparsamer zuruckhaltender vorsichtiger konservativer verkleinern verengen",
    ("size", 1): "looser larger bigger wider broader roomier loosen enlarge widen grow expand lockerer "
                 "grosszugiger grosszuegiger grosser groesser weiter breiter umfassender vergrossern vergroessern "
                 "erweitern",
    ("smoothness", 1): "smoother rounder softer cleaner evener glatter glaetter runder weicher sauberer "
                       "gleichmassiger glatten glaetten",
    ("smoothness", -1): "rougher wavier bumpier rauer rauher unregelmassiger unebener welliger roughen",
    ("spikes", 1): "spikier pointier sharper spitzer stacheliger zackiger",
    ("spikes", -1): "blunter stumpfer",
}  # fmt: skip
_NOUNS = {
    "spikes": "spike spikes spiculation spiculations spicule spicules spur spurs tip tips thorn thorns prickle "
              "prickles tentacles tendril tendrils offshoots extensions protrusions spikulation spikulationen "
              "spikel auslaufer auslaeufer zacke zacken spitze spitzen stachel stacheln fortsatze fortsatz "
              "strahlen",
    "rim": "rim rims margin margins border borders edge edges halo fringe periphery surroundings penumbra rand "
           "rander raender saum randsaum hof umgebung peripherie",
    "parts": "part parts pieces island islands satellite satellites fragment fragments nodules teil teile teilen "
             "stucke stuecke insel inseln satellit satelliten herde fragmente",
    "holes": "hole holes cavity cavities gap gaps lumen void voids loch locher loecher lucke lucken luecken "
             "hohlraum hohlraume aussparung aussparungen",
    "size": "size area volume groesse flache flaeche volumen",
    "smoothness": "smoothness roundness glaette rundung",
}  # fmt: skip
_OPPOSITE_NOUNS = {
    "smoothness": "roughness detail details rauheit zackigkeit einzelheiten",
}  # fmt: skip

STRENGTHS: Mapping[str, float] = {
    **dict.fromkeys(_words("slightly little bit somewhat barely marginally touch tad etwas leicht wenig bisschen "
                           "minimal geringfugig"), 0.5),
    **dict.fromkeys(_words("much very considerably clearly far lot strongly significantly really quite deutlich "
                           "viel sehr erheblich stark wesentlich klar weitaus"), 2.0),
    **dict.fromkeys(_words("extremely maximally utterly vastly extrem maximal ausserst aeusserst"), 3.0),
}  # fmt: skip
"""How much is meant by it, in the unit that one standard deviation between raters is."""
MORE = _words("more many mehr viele vielen")
LESS = _words("less fewer few weniger wenige wenigen")
WITH = _words(
    "with include including included keep add adding extend mit samt einschliesslich inklusive behalten behalte "
    "einschliessen schliesse nimm dazu hinzu hinein"
)
WITHOUT = _words(
    "without no omit omitting exclude excluding excluded skip drop dropping remove removing avoid avoiding ignore "
    "trim cut out off away minus fill ohne kein keine keinen keinem keiner weglassen auslassen weg aus "
    "ausschliessen entferne entfernen vermeide vermeiden ausser schneide abschneiden fulle fullen fuelle fuellen"
)
NOT = _words("not never dont nicht nie niemals")
SOFTENED = _words("so too as that zu ganz allzu")
"""After a *not*: less of it, and not its opposite."""
EVERYBODY = _words("consensus average everybody everyone mean typical konsens durchschnitt mittel durchschnittlich")
LIKE = _words("like as wie")
SPLITS = _words("and but or nor then while yet plus und aber sondern oder sowie dann doch jedoch")
SHARED = _words("and or nor und oder sowie")
"""Joins after which a noun alone is meant as the one before: *without spikes and holes*."""
SILENT = _words(
    "the a an one of it its to please draw drawn drawing make made making contour contours outline outlines line "
    "lines mask structure lesion tumour tumor organ be is are should would want i we you me do does this these "
    "those any all at in on into around along for from by style way rather just also let have has get give leave "
    "bitte der die das den dem des ein eine einen einem einer eines es sie ich wir man zeichne zeichnen "
    "gezeichnet mach mache machen kontur konturen umriss umrisse linie linien maske struktur lasion tumor organ "
    "sein ist sind soll sollen sollte mochte bei im am an auf um von vom zum zur stil art eher auch nur lass "
    "lasse lassen hab haben dabei herum up halte halten alles alle allen"
)


def _spread(table: Mapping[Word, str]) -> dict[str, Word]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


def _inflected(words: Mapping[str, Word]) -> dict[str, Word]:
    """With German endings: *die enge Kontur*, *glatten Rand*."""
    more = {f"{word}{ending}": meaning for word, meaning in words.items() for ending in ("e", "er", "en", "em", "es")}
    return {**more, **words}


NAMED: Mapping[str, Word] = {
    **{word: (attribute, 1) for attribute, words in _NOUNS.items() for word in words.split()},
    **{word: (attribute, -1) for attribute, words in _OPPOSITE_NOUNS.items() for word in words.split()},
}
"""Nouns: with or without, more or less of them."""
COMPARED: Mapping[str, Word] = _inflected(_spread(_COMPARATIVES))
"""Comparatives, and verbs that mean them: from where one stands."""
DESCRIBED: Mapping[str, Word] = {
    word: meaning
    for word, meaning in _inflected(_spread(_ADJECTIVES)).items()
    if word not in COMPARED and word not in NAMED
}
"""Adjectives: beside the raters' mean."""
ADJECTIVE_WORDS: Mapping[Word, tuple[str, ...]] = {
    meaning: tuple(words.split()) for meaning, words in _ADJECTIVES.items()
}
"""The adjectives of each side of an attribute, without endings."""
NOUN_WORDS: Mapping[str, tuple[str, ...]] = {attribute: tuple(words.split()) for attribute, words in _NOUNS.items()}
