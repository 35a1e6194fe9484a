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
    [(2, 0.0, 2), (2, 0.3, 2), (2, 0.5, 1), (2, 2.0, 1), (1, 0.0, 1), (16, 0.0, 8), (16, 12.3, 4), (4, 9.0, 1)],
)
def test_busy_cores_are_left_alone(cores, busy, threads):
    assert device.free_threads(cores, busy) == threads


class Clock:
    """A machine of two cores whose clocks the test sets."""

    def __init__(self, monkeypatch):
        self.wall, self.busy, self.own = 0.0, 0.0, 0.0
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        monkeypatch.setattr(device, "usable_cores", lambda: 2)
        monkeypatch.setattr(device.ThreadChooser, "_times", lambda _self: (self.wall, self.busy, self.own))
        monkeypatch.setattr(device.time, "monotonic", lambda: self.wall)
        monkeypatch.setattr(device.time, "sleep", self.pass_time)

    def pass_time(self, seconds, others=0.0, own=0.0):
        self.wall += seconds
        self.busy += seconds * (others + own)
        self.own += seconds * own


def test_threads_follow_what_other_processes_do(monkeypatch):
    clock = Clock(monkeypatch)
    chooser = device.ThreadChooser()
    clock.pass_time(1.0, others=0.05, own=1.9)
    assert chooser.threads() == 2, "our own work does not count as busy"
    clock.pass_time(1.0, others=1.0)
    assert chooser.threads() == 1
    clock.pass_time(0.01)
    assert chooser.threads() == 1, "too soon to judge"
    clock.pass_time(1.0)
    assert chooser.threads() == 2


def test_the_first_look_waits_until_it_can_judge(monkeypatch):
    clock = Clock(monkeypatch)
    chooser = device.ThreadChooser()
    assert chooser.threads() == 2
    assert clock.wall == device.LOOK_S


def test_the_real_clocks_can_be_read(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert 1 <= device.ThreadChooser().threads() <= device.MAX_THREADS


def test_the_environment_overrules(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device.ThreadChooser().threads() == 3


def test_the_thread_limit_is_put_back():
    before = torch.get_num_threads()
    with device.thread_limit(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
