"""What a gesture means in voxels: tools in mm on any grid, as plain functions without Qt.

A tool takes places, sizes in mm and arrays, and gives a :class:`~proseg_gui.drawing.painted.Painted` (a box of voxels
and which of them) or a whole mask. It changes nothing: what becomes of the voxels is for the caller to say.

Distances are those in the patient. In a plane they are mm of the picture (``PlaneGrid.to_screen``), which are mm in
the patient; in 3D they are between voxel centres in LPS. So anisotropic, oblique, tilted (sheared) and unevenly
spaced grids need no case of their own.
"""
