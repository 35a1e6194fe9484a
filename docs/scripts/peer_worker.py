"""One reader of other people's, run by peer_readers.py with that reader's own Python: a case in, masks out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np


def rt_utils(folder: Path, out: Path, names: list[str]) -> None:
    """rt-utils: masks (rows, columns, slices) in the order of its own list of slices."""
    from rt_utils import RTStructBuilder

    read = RTStructBuilder.create_from(dicom_series_path=str(folder / "series"), rt_struct_path=str(folder / "rt.dcm"))
    save_uids(out, [str(ds.SOPInstanceUID) for ds in read.series_data])
    for name in names:
        np.save(out / f"{name}.npy", np.moveaxis(read.get_roi_mask_by_name(name), 2, 0).astype(bool))


def platipy(folder: Path, out: Path, _names: list[str]) -> None:
    """platipy: NIfTI files."""
    from platipy.dicom.io.rtstruct_to_nifti import convert_rtstruct

    convert_rtstruct(str(folder / "series"), str(folder / "rt.dcm"), prefix="", output_dir=str(out))


def dcmrtstruct2nii(folder: Path, out: Path, _names: list[str]) -> None:
    """dcmrtstruct2nii: NIfTI files."""
    from dcmrtstruct2nii import dcmrtstruct2nii as convert

    convert(str(folder / "rt.dcm"), str(folder / "series"), str(out), convert_original_dicom=False)


def dicom_rt_tool(folder: Path, out: Path, names: list[str]) -> None:
    """DicomRTTool: one SimpleITK image a mask."""
    import shutil

    import SimpleITK
    from DicomRTTool.ReaderWriter import DicomReaderWriter

    both = out / "both"
    shutil.copytree(folder / "series", both)
    shutil.copy(folder / "rt.dcm", both / "rt.dcm")
    for name in names:
        reader = DicomReaderWriter(Contour_Names=[name], arg_max=False, verbose=False)
        reader.walk_through_folders(str(both))
        reader.get_images_and_mask()
        handle = reader.annotation_handle
        array = SimpleITK.GetArrayFromImage(handle)
        single = SimpleITK.GetImageFromArray((array[..., -1] if array.ndim == 4 else array).astype(np.uint8))
        single.CopyInformation(reader.dicom_handle)
        SimpleITK.WriteImage(single, str(out / f"{name}.nii.gz"))


def pydicom_seg(folder: Path, out: Path, _names: list[str]) -> None:
    """pydicom-seg: one SimpleITK image a segment, from the SEG file."""
    import pydicom
    import pydicom_seg as library
    import SimpleITK

    result = library.SegmentReader().read(pydicom.dcmread(folder / "seg.dcm"))
    for number in result.available_segments:
        name = str(result.segment_infos[number].SegmentLabel)
        SimpleITK.WriteImage(result.segment_image(number), str(out / f"{name}.nii.gz"))


def save_uids(out: Path, uids: list[str]) -> None:
    """Which slice is which."""
    (out / "uids.json").write_text(json.dumps(uids))


READERS = {
    "rt-utils": rt_utils,
    "platipy": platipy,
    "dcmrtstruct2nii": dcmrtstruct2nii,
    "DicomRTTool": dicom_rt_tool,
    "pydicom-seg": pydicom_seg,
}

if __name__ == "__main__":
    READERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))
