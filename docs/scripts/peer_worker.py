"""One reader of other people's, run by peer_readers.py with that reader's own Python: a case in, masks out."""

from __future__ import annotations

import json
import subprocess
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


def mirp(folder: Path, out: Path, names: list[str]) -> None:
    """MIRP: one mask at a time; one that it fails on is lost. Slices by their place, its own origin first."""
    import pydicom
    from mirp import extract_images

    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in (folder / "series").iterdir()]
    places = {str(ds.SOPInstanceUID): np.array(ds.ImagePositionPatient, float) for ds in headers}
    row, column = np.array(headers[0].ImageOrientationPatient, float).reshape(2, 3)
    order = sorted(places, key=lambda uid: float(places[uid] @ np.cross(row, column)))
    failure: Exception | None = None
    for name in names:
        try:
            found = extract_images(
                image=str(folder / "series"), mask=str(folder / "rt.dcm"), roi_name=name, image_export_format="dict",
                write_images=False,
            )  # fmt: skip
            mask = found[0][1][0]
        except Exception as error:  # noqa: BLE001 - whatever it fails with, the mask is lost
            failure = error
            continue
        origin = np.array(mask["image_origin"], float)[::-1]
        if np.abs(origin - places[order[0]]).max() > np.abs(origin - places[order[-1]]).max():
            order.reverse()
        np.save(out / f"{name}.npy", np.asarray(mask["mask"]).astype(bool))
    save_uids(out, order)
    if failure is not None and not list(out.glob("*.npy")):
        raise failure


def dcmqi(folder: Path, out: Path, _names: list[str]) -> None:
    """dcmqi: its converter of SEG files, one NIfTI file a segment."""
    command = [str(Path(sys.executable).with_name("segimage2itkimage")), "--inputDICOM", str(folder / "seg.dcm")]
    command += ["--outputDirectory", str(out), "--outputType", "nii", "--prefix", "seg"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    for attributes in json.loads((out / "seg-meta.json").read_text())["segmentAttributes"]:
        for segment in attributes:
            (out / f"seg-{segment['labelID']}.nii.gz").rename(out / f"{segment['SegmentLabel']}.nii.gz")


def save_uids(out: Path, uids: list[str]) -> None:
    """Which slice is which."""
    (out / "uids.json").write_text(json.dumps(uids))


READERS = {
    "rt-utils": rt_utils,
    "platipy": platipy,
    "dcmrtstruct2nii": dcmrtstruct2nii,
    "DicomRTTool": dicom_rt_tool,
    "pydicom-seg": pydicom_seg,
    "mirp": mirp,
    "dcmqi": dcmqi,
}

if __name__ == "__main__":
    READERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))
