"""Planes across: a click leads every plane through that voxel, and outlines hold the mask's voxels, on any grid."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest

from proseg_gui.planes import IN_PLANE, Plane
from proseg_gui.review.case import OpenedCase
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

SHAPE, SPACING = (9, 14, 12), (5.0, 1.5, 2.5)
L, P, S = np.eye(3)


def grid(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Geometry:
    return Geometry(SHAPE, np.array([-20.0, 10.0, 300.0]), SPACING, np.column_stack([x, y, z]))


def turned() -> np.ndarray:
    """20 degrees about the left axis, then 15 about the body's."""
    a, b = np.radians(20), np.radians(15)
    about_l = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_s = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_s @ about_l


TILT = np.array([0.0, np.sin(np.radians(18)), np.cos(np.radians(18))])
GRIDS = {
    "axial": grid(L, P, S),
    "sagittal": grid(P, -S, L),
    "coronal": grid(L, -S, P),
    "oblique": grid(*turned().T),
    "tilted": grid(L, P, TILT),
    "feet first": grid(-L, P, -S),
}


def blob(geometry: Geometry) -> Study:
    """A lopsided solid with a hole, so that no turn or mirror image is the same."""
    z, y, x = np.indices(SHAPE)
    solid = (z >= 1) & (z < 7) & (y >= 2) & (y < 11 - z // 2) & (x >= 3) & (x < 6 + z // 2 + y // 4)
    solid &= ~((z >= 3) & (z < 5) & (y >= 4) & (y < 6) & (x >= 4) & (x < 6))
    image = Volume(np.random.default_rng(1).normal(size=SHAPE).astype(np.float32), geometry, modality="MR")
    return Study("blob", {"image": image}, ("lesion",), (Reading("anna", "lesion", Mask(solid, geometry)),))


@pytest.fixture(params=GRIDS, ids=lambda name: name.replace(" ", "-"))
def across(request, window):
    """The blob on each grid in planes across, with its mask shown."""
    study = blob(GRIDS[request.param])
    window.controller.desk.show(OpenedCase.fresh(study))
    window.scene.choose_layout("mpr")
    window.controller.display.show_masks(frozenset({"anna"}))
    QTest.qWait(1)
    return window


def three(window) -> tuple:
    return (window.scene.scan, *window.scene.across)


def by_hand(pane, geometry: Geometry, voxels: np.ndarray) -> np.ndarray:
    """``(N, 2)`` widget pixels of voxels ``(N, 3)`` of a pane's plane: from world mm and where two corners are drawn.

    The plane is flat in the patient, so the widget shows mm truly: one corner fixes the place, and two directions at
    right angles the rest. Radiological: to the right is left (else posterior), downwards posterior (else inferior).
    """
    matrix = np.column_stack([geometry.direction[:, 2 - axis] * geometry.spacing_mm[axis] for axis in range(3)])
    rows, columns = IN_PLANE[pane.plane.axis]
    one = matrix[:, columns] / np.linalg.norm(matrix[:, columns])
    other = matrix[:, rows] - (matrix[:, rows] @ one) * one
    other /= np.linalg.norm(other)
    normal = int(np.abs(np.cross(one, other)).argmax())
    want = {2: (L, P), 1: (L, -S), 0: (P, -S)}[normal]  # axial, coronal, sagittal
    pair = (one, other) if abs(one @ want[0]) > abs(other @ want[0]) else (other, one)
    right, down = (v * np.sign(v @ w) for v, w in zip(pair, want, strict=True))
    anchor = voxels[0]
    at = pane.widget_position(tuple(int(i) for i in anchor))
    away = (voxels - anchor) @ matrix.T * pane.pixels_per_mm()
    return np.column_stack([at.x() + away @ right, at.y() + away @ down])


def plane_voxels(plane: Plane) -> np.ndarray:
    where = np.indices(SHAPE).reshape(3, -1).T
    return where[where[:, plane.axis] == plane.index]


def outlined(pane) -> QPainterPath:
    whole = QPainterPath()
    for layer in pane._fixed:
        whole.addPath(layer.path)
    return pane.picture_to_widget().map(whole)


def test_outlines_hold_the_voxels_of_the_mask_in_every_plane(across):
    study = across.controller.desk.study
    inside = study.readings[0].mask.array
    for place in ((3, 5, 4), (4, 4, 6), (6, 7, 7)):
        across.scene.look_at(place)
        for pane in three(across):
            assert pane.plane.index == place[pane.plane.axis]
            voxels, path = plane_voxels(pane.plane), outlined(pane)
            spots = by_hand(pane, study.geometry, voxels)
            held = np.array([path.contains(QPointF(*spot)) for spot in spots])
            assert held.tolist() == inside[tuple(voxels.T)].tolist(), (pane.plane, place)
            assert held.any() and not held.all()


def test_a_click_brings_the_other_planes_through_that_very_voxel(across):
    geometry = across.controller.desk.study.geometry
    for number, voxel in enumerate([(2, 6, 4), (5, 3, 7), (7, 10, 9)]):
        for pane in three(across):
            axis = pane.plane.axis
            voxels = plane_voxels(pane.plane)
            spots = by_hand(pane, geometry, voxels)
            target = list(voxel)
            target[axis] = pane.plane.index
            spot = spots[(voxels == target).all(axis=1)][0]
            QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPointF(*spot).toPoint())
            assert [one.plane for one in three(across)] == [Plane(a, target[a]) for a in range(3)], (number, axis)
            cuts = {cut.axis: cut.index for cut in pane._cuts}
            assert cuts == {a: target[a] for a in range(3) if a != axis}


def test_a_pane_that_stood_alone_gives_way_to_the_layout_it_came_from(across):
    scene, settings = across.scene, lambda: across.controller.display.view.settings.layout
    for pane in (*three(across), scene.heat):
        QTest.mouseDClick(pane, Qt.MouseButton.LeftButton)
        assert [one.isVisible() for one in scene.all_panes] == [one is pane for one in scene.all_panes]
        QTest.mouseDClick(pane, Qt.MouseButton.LeftButton)
        assert all(one.isVisible() for one in scene.all_panes) and settings() == "mpr"
    across.menus.action("single_pane").trigger()
    assert settings() == "single" and not scene.heat.isVisible()
    QTest.mouseDClick(scene.scan, Qt.MouseButton.LeftButton)
    assert settings() == "mpr" and all(one.isVisible() for one in scene.all_panes)
    QTest.mouseDClick(scene.across[0], Qt.MouseButton.LeftButton)
    across.menus.action("mpr").trigger()  # the layout's key brings its panes back, too
    assert all(one.isVisible() for one in scene.all_panes)
