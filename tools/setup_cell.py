# @title Set-up: on Google Colab this cell fetches the course, elsewhere it does nothing
import os
import subprocess
import sys

if "google.colab" in sys.modules:
    published = ""  # owner/name of the repository, written by `make publish`
    repository = os.environ.get("COURSE_REPO", published)
    if not repository:
        raise RuntimeError(
            "On Colab the course comes from its repository, and no address is known yet. "
            "Run `%env COURSE_REPO=owner/name` in a cell above, then this cell again."
        )
    url = repository if ":" in repository else f"https://github.com/{repository}"
    folder = os.environ.get("COURSE_DIR", "/content/gpt-probably")
    if not os.path.exists(folder):
        subprocess.run(["git", "clone", "--quiet", "--depth=1", url, folder], check=True)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    os.chdir(os.path.join(folder, "notebooks"))
