"""Options that cannot work are refused at once."""

import pytest

from pipeline.images.options import NormalizeOptions
from pipeline.records.errors import UsageError


@pytest.mark.parametrize(
    "wrong",
    [
        {"side_px": 0},
        {"side_px": 100_000},
        {"format": "gif"},
        {"jpeg_quality": 100},
        {"background": "white"},
        {"background": "#fff"},
        {"max_pixels": 1 << 40},
        {"svg_backend": "inkscape"},
        {"frame_time_s": -1.0},
        {"frame_time_s": float("nan")},
        {"max_frames": 0},
        {"video_samples": 0},
    ],
)
def test_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        NormalizeOptions(**wrong)


def test_json_and_back():
    options = NormalizeOptions(side_px=512, background="#102030", frame_time_s=1.5)
    assert NormalizeOptions.from_json(options.to_json()) == options
    assert options.background_rgb == (16, 32, 48)
