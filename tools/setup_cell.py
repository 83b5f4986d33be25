# @title Set-up: on Google Colab this cell finds or fetches the course, elsewhere it does nothing
import os
import shutil
import subprocess
import sys
from pathlib import Path

published = ""  # owner/name of the repository, written by `make publish`


def find_course(folder, address):  # where you say, beside this notebook, unpacked, on your Drive
    unpacked = [p for way in ("", "drive/MyDrive/") for p in folder.parent.glob(f"{way}gpt-prob*")]
    for place in [folder, Path(address or "."), Path(), Path(".."), *unpacked]:
        if (place / "helpers").is_dir() and (place / "notebooks").is_dir():
            return place.resolve()


def fetch_course(folder, address):
    url = address if ":" in address or address[0] in "/." else f"https://github.com/{address}"
    part = folder.with_name(f"part of {folder.name}")  # an interrupted one is begun again
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--depth=1", url, part])
    if (part / "helpers").is_dir() and not (folder.is_dir() and os.listdir(folder)):
        part.rename(folder)


if "google.colab" in sys.modules:
    wanted = Path(os.environ.get("COURSE_DIR", "/content/gpt-probably"))
    address = os.environ.get("COURSE_REPO", published)
    if not find_course(wanted, address) and address:
        fetch_course(wanted, address)
    elif not find_course(wanted, address):
        print("Choose gpt-probably.zip, which `make bundle` writes:")
        for name in sys.modules["google.colab"].files.upload():
            shutil.unpack_archive(name, wanted.parent, "zip")
    if not (course := find_course(wanted, address)):
        came = f"{address or 'the upload'} brought no course, or {wanted} holds something else."
        raise RuntimeError(f"{came} Try `%env COURSE_REPO=owner/name` above, then this cell again.")
    sys.path[:0] = {str(course)} - {*sys.path}
    os.chdir(course / "notebooks")
