import pytest

from service.web.assets import takes_gzip


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.1", True),
        ("identity, gzip;q=0.001", True),
        ("gzip;q=0", False),
        ("deflate, gzip; q=0.000, br", False),
        ("gzip ; Q=0.0", False),
        ("x-not-gzip", False),
        ("identity", False),
        ("", False),
    ],
)
def test_compressed_file_goes_to_whoever_takes_it(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
