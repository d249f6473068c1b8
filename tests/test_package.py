"""What is shipped: the wheel holds every file that the service opens at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import service

PACKAGE = Path(service.__file__).parent
NOT_SHIPPED = {".pyc"}


def test_wheel_holds_all_files_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    built = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    files = {
        f"service/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED
    }
    assert files - shipped == set()
    assert {"service/py.typed", "service/embedding/default_model/model.safetensors"} <= shipped
