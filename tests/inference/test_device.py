import psutil
import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference import device


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "cpu:3", "", "cuda:-1"])
def test_a_missing_device_is_refused_naming_what_is_there(name):
    with pytest.raises(UserError, match=r"This computer has .*cpu"):
        device.choose_device(name)


def test_auto_takes_the_best_and_cpu_is_always_there(monkeypatch):
    assert device.choose_device("cpu") == torch.device("cpu")
    monkeypatch.setattr(device, "available_devices", lambda: ["cuda:0", "cuda:1", "cpu"])
    assert device.choose_device("auto") == torch.device("cuda:0")
    assert device.choose_device("cuda") == torch.device("cuda:0")
    assert device.choose_device("cuda:1") == torch.device("cuda:1")
    monkeypatch.setattr(device, "available_devices", lambda: ["cpu"])
    assert device.choose_device("auto") == torch.device("cpu")
    with pytest.raises(UserError, match="cuda"):
        device.choose_device("cuda")


def test_labels():
    assert device.device_label(torch.device("cpu")) == "CPU"
    assert device.device_label(torch.device("mps")) == "Apple GPU"


@pytest.mark.parametrize(
    ("cores", "busy", "threads"),
    [(2, 0.0, 2), (2, 0.2, 2), (2, 0.7, 1), (2, 2.0, 1), (1, 0.0, 1), (16, 0.0, 8), (16, 12.1, 4), (4, 9.0, 1)],
)
def test_busy_cores_are_left_alone(cores, busy, threads):
    assert device.free_threads(cores, busy) == threads


def test_another_busy_process_takes_a_core(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(device, "usable_cores", lambda: 2)
    monkeypatch.setattr(psutil, "cpu_count", lambda: 2)
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval: 52.0)
    monkeypatch.setattr(psutil.Process, "cpu_times", lambda self: (0.0, 0.0, 0.0, 0.0))
    assert device.choose_threads() == 1
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval: 3.0)
    assert device.choose_threads() == 2


def test_the_environment_overrules(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device.choose_threads() == 3
