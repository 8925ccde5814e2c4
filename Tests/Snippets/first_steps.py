"""Runs the commands of Documentation/First-steps.md as a newcomer would; prints a table of times.

    python3 Tests/Snippets/first_steps.py [SECTION …]

Everything is in a folder that goes away: a clone of what is committed, and a home with the files of
fixtures.py, 20,000 rows of 384 numbers as q.npy and d.npy, and Debian's tuxpaint stamps as pictures
where they are installed. `pip` and `python` are those of an environment that sees the packages of
TORCH_PYTHON, which has PyTorch. BUILT=folder: commands that are built already, for which the first
of a section is left out.
"""

import array
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import fixtures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAMPS = "/usr/share/tuxpaint/stamps"


def sections():
    """(title, files by name, commands) of the page."""
    with open(os.path.join(ROOT, "Documentation/First-steps.md")) as file:
        parts = re.split(r"^## (.*)\n", file.read(), flags=re.M)[1:]
    for title, text in zip(parts[::2], parts[1::2]):
        files = dict(
            re.findall(
                r"^<!-- file: (\S+) -->\n(?:<!--[^>]*-->\n)*```\w+\n(.*?)^```", text, re.S | re.M
            )
        )
        commands = re.search(r"^```sh\n(.*?)^```", text, re.S | re.M)
        if commands:
            yield title, files, commands.group(1).splitlines()


def embeddings(folder):
    """Answers around 400 centers, and questions near them, somewhat turned."""
    draw, size = random.Random(0), 384
    centers = [[draw.gauss(0, 1) for _ in range(size)] for _ in range(400)]
    turn = [draw.gauss(0, 1) for _ in range(size)]
    answers, questions = array.array("f"), array.array("f")
    for row in range(20_000):
        noise = [draw.random() - 0.5 for _ in range(size)]
        for c, n, t in zip(centers[row % 400], noise, turn):
            answers.append(c + 3 * n)
        own = answers[-size:]
        questions.extend(a + t + 3 * (draw.random() - 0.5) for a, t in zip(own, turn))
    for name, values in ("q", questions), ("d", answers):
        fixtures.npy(os.path.join(folder, name + ".npy"), 20_000, size, values)


def run(commands, folder, environment):
    """Seconds of each command of one session."""
    script = "set -euo pipefail\n" + "".join(
        f"{line} >>$HOME/log 2>&1\ndate +%s.%N\n" for line in commands
    )
    start = time.time()
    result = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    ends = [float(line) for line in result.stdout.split()]
    if result.returncode:
        with open(os.path.join(environment["HOME"], "log")) as log:
            sys.exit(f"{commands[len(ends)]} ends with {result.returncode}:\n{log.read()[-3000:]}")
    return [end - before for before, end in zip([start] + ends, ends)]


def main(wanted):
    built = os.environ.get("BUILT")
    with tempfile.TemporaryDirectory() as home:
        fixtures.write(home)
        embeddings(home)
        if os.path.exists(STAMPS):
            subprocess.run(["rm", "-r", os.path.join(home, "Pictures")], check=True)
            os.symlink(STAMPS, os.path.join(home, "Pictures"))
        clone = os.path.join(home, "swift-contrastive")
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        if built:
            wheels = os.path.join(ROOT, "Python/dist")
            subprocess.run(["cp", "-r", wheels, os.path.join(clone, "Python")], check=True)
        python = os.environ.get("TORCH_PYTHON") or sys.executable
        words = [python, "-c", "import site; print(site.getsitepackages()[0])"]
        site = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        subprocess.run([python, "-m", "venv", os.path.join(home, "venv")], check=True)
        path = [os.path.join(home, "venv/bin"), built or os.path.join(home, ".local/bin")]
        environment = dict(
            os.environ, HOME=home, PYTHONPATH=site, PATH=":".join(path + [os.environ["PATH"]])
        )
        print("| | first command | second | third |\n|---|---|---|---|", flush=True)
        for title, files, commands in sections():
            if wanted and title not in wanted:
                continue
            for name, text in files.items():
                place = os.path.join(home, name) if "/" in name else os.path.join(clone, name)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "w") as file:
                    file.write(text)
            times = run(commands[1:] if built else commands, clone, environment)
            cells = ["–"] * bool(built) + [f"{seconds:.1f} s" for seconds in times]
            print(f"| {title} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
