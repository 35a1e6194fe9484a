"""Names the packages; everything else about the build is in pyproject.toml.

setuptools can either look packages up or take a list, not both, and the data folders ``models/`` and ``resources/``
lie beside the package in a checkout but inside it when installed. So the look-up is done here.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["proseg_gui", "proseg_gui.*"]), "proseg_gui.models", "proseg_gui.resources"],
    package_dir={"proseg_gui.models": "models", "proseg_gui.resources": "resources"},
)
