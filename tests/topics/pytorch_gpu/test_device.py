"""The simulated device: what it launches, what it does, and what its clock says."""

from coursekit.topics.pytorch_gpu.device import Device


def test_the_clock_sees_launches_until_somebody_waits():
    device = Device(launch=5, work=[40], wait=4)
    for _ in range(3):
        device.run()
    assert device.clock() == 15
    assert device.launched == [(0, 5), (5, 10), (10, 15)]
    assert device.worked == [(5, 45), (45, 85), (85, 125)]
    device.synchronise()
    assert device.clock() == 129


def test_a_device_that_is_faster_than_the_launches_waits_for_them():
    device = Device(launch=5, work=[8, 1], wait=0)
    for _ in range(3):
        device.run()
    assert device.worked == [(5, 13), (13, 14), (15, 16)]


def test_a_reset_device_is_as_new():
    device = Device(launch=5, work=[8, 1], wait=2)
    device.run()
    device.synchronise()
    device.reset()
    assert (device.clock(), device.launched, device.worked) == (0, [], [])
    device.run()
    assert device.worked == [(5, 13)]
