"""Runs the code blocks of README and Documentation, and the examples of --help.

    python3 Tests/Snippets/run.py swift FOLDER     write the Swift blocks as a package of its own,
                                                   which sees what everyone sees
    python3 Tests/Snippets/run.py run BIN          run that program (BIN/Snippets), and all else by
                                                   BIN/contrastive

Blocks of one page run in its order, in one folder, after `fixtures.py` has put small files there;
examples of --help likewise, in the order of the subcommands. A comment before a block,
`<!-- not run: reason -->`, leaves it out; `<!-- swift: code -->` is code that the block takes for
granted. Blocks without a language are output or formulas.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass

import fixtures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ["README.md", "RELIABILITY.md", "CONTRIBUTING.md", "Documentation/**/*.md"]
ELSEWHERE = {
    "Documentation/From-C.md": "make test-c",
    "Documentation/From-Python.md": "make test-python",
    "Documentation/Several-machines.md": "make test-ranks",
}
# Training on what is small, and not for long.
WRAPPER = """#!/bin/bash
arguments=("$@")
if [ "${1:-}" = train ] && [[ " $* " != *" --resume "* ]]; then
  [[ " $* " == *" --data "* ]] || arguments+=(--data digits)
  [[ " $* " == *" --epochs "* ]] || arguments+=(--epochs 2)
fi
exec "$CONTRASTIVE" "${arguments[@]}"
"""
MANIFEST = """// swift-tools-version: 6.2

import PackageDescription

let names = ["Contrastive", "ContrastiveFiles", "ContrastiveTraining", "ContrastiveImages"]
let package = Package(
  name: "Snippets",
  dependencies: [.package(name: "swift-contrastive", path: "%s")],
  targets: [
    .executableTarget(
      name: "Snippets",
      dependencies: names.map { .product(name: $0, package: "swift-contrastive") })
  ]
)
"""


@dataclass
class Block:
    page: str
    line: int
    language: str
    text: str
    setup: str = ""
    reason: str = ""


def blocks():
    """Every code block that has a language, in the order of the pages."""
    pages = sorted(
        {page for pattern in PAGES for page in glob.glob(pattern, root_dir=ROOT, recursive=True)}
    )
    fence = re.compile(r"((?:<!--.*?-->\n)*)^```(\w+)\n(.*?)^```$", re.S | re.M)
    for page in pages:
        with open(os.path.join(ROOT, page)) as file:
            text = file.read()
        for match in fence.finditer(text):
            comments, language, code = match.groups()
            block = Block(page, text.count("\n", 0, match.start(2)) + 1, language, code)
            for kind, value in re.findall(r"<!-- (not run|swift): (.*?) -->", comments, re.S):
                if kind == "swift":
                    block.setup = value + "\n"
                else:
                    block.reason = value
            block.reason = block.reason or ELSEWHERE.get(page, "")
            yield block


def write_swift(folder):
    """One function a page; a later block is nested in an earlier one and may reuse its names."""
    sources = os.path.join(folder, "Sources/Snippets")
    os.makedirs(sources, exist_ok=True)
    pages, imports = {}, {"import Contrastive", "import ContrastiveTraining"}
    for block in blocks():
        if block.language == "swift" and not block.reason:
            pages.setdefault(block.page, []).append(block)
    functions, calls = [], []
    for number, (page, found) in enumerate(pages.items()):
        body = ""
        for block in found:
            code = block.text
            imports |= set(re.findall(r"^import \w+", code, re.M))
            code = re.sub(r"^import \w+\n", "", code, flags=re.M)
            line = block.line - block.setup.count("\n") + 1
            body += f'do {{\n#sourceLocation(file: "{page}", line: {line})\n'
            body += block.setup
            code += "".join(f"_ = {used}\n" for used in re.findall(r"^let (\w+)", code, re.M))
            body += f"try finishing {{\n{code}}}\n" if "await " in code else code
            body += "#sourceLocation()\n"
        body += "}" * len(found)
        functions.append(f"func page{number}() throws {{\n{body}\n}}\n")
        calls.append(f'print("{page}", {len(found)})\ntry page{number}()\n')
    source = "\n".join(sorted(imports)) + "\n\n" + "\n".join(functions)
    source += (
        "\n@main enum Snippets {\n  static func main() throws {\n" + "".join(calls) + "  }\n}\n"
    )
    with open(os.path.join(ROOT, "Tests/Snippets/Prelude.swift")) as file:
        prelude = file.read()
    manifest = MANIFEST % os.path.relpath(ROOT, folder)
    for path, text in (
        (os.path.join(folder, "Package.swift"), manifest),
        (os.path.join(sources, "Blocks.swift"), source),
        (os.path.join(sources, "Prelude.swift"), prelude),
    ):
        if not os.path.exists(path) or open(path).read() != text:
            with open(path, "w") as file:
                file.write(text)


def examples(command):
    """(subcommand, line) of every example in a help text."""
    dump = subprocess.run(
        [command, "--experimental-dump-help"], capture_output=True, text=True, check=True
    )

    def walk(node, path):
        for line in (node.get("discussion") or "").splitlines():
            if re.match(r"\s+contrastive ", line):
                yield " ".join(path), line.strip()
        for child in node.get("subcommands", []):
            yield from walk(child, path + [child["commandName"]])

    return list(walk(json.loads(dump.stdout)["command"], ["contrastive"]))


def wrong_defaults(command):
    """What the tables of Documentation/Systems say is a default, and is not."""
    wrong, right = [], 0
    for page in glob.glob("Documentation/Systems/*.md", root_dir=ROOT):
        with open(os.path.join(ROOT, page)) as file:
            text = file.read()
        method = re.search(r"train --method (\S+)", text)
        if not method:
            continue
        config = json.loads(
            subprocess.run(
                [command, "train", "--method", method.group(1), "--print-config"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for names, cell in re.findall(
            r"^\| ((?:`\w+`(?: \(.\))?(?:, )?)+) \| ([^|]*) \|", text, re.M
        ):
            names = re.findall(r"`(\w+)`", names)
            numbers = re.findall(r"(?:^|, )(\d[\d,]*\d|\d(?:\.\d+)?|\d+\.\d+)(?=[,;: ]|$)", cell)
            for name, number in zip(names, numbers):
                found = config.get(name, "no such option")
                if found is not None and float(number.replace(",", "")) != found:
                    wrong.append(f"{page}: `{name}` is {number}; {method.group(1)} has {found}")
                right += 1
    return wrong, right


class Runner:
    def __init__(self, folder):
        self.folder, self.failures, self.counts, self.left = folder, [], {}, []
        self.environment = dict(
            os.environ,
            PATH=os.path.join(folder, "bin") + ":" + os.environ["PATH"],
            CONTRASTIVE=os.path.join(folder, "contrastive"),
        )
        os.makedirs(os.path.join(folder, "bin"))
        with open(os.path.join(folder, "bin/contrastive"), "w") as file:
            file.write(WRAPPER)
        os.chmod(file.name, 0o755)
        fixtures.write(os.path.join(folder, "fixtures"))

    def place(self, name):
        """A folder with the fixtures in it."""
        place = os.path.join(self.folder, re.sub(r"\W", "-", name))
        if not os.path.exists(place):
            subprocess.run(["cp", "-r", os.path.join(self.folder, "fixtures"), place], check=True)
        return place

    def run(self, kind, name, words, place):
        result = subprocess.run(
            words, cwd=place, env=dict(self.environment, HOME=place), capture_output=True, text=True
        )
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if result.returncode:
            self.failures.append(name)
            print(
                f"{name} ends with {result.returncode}:\n"
                + textwrap.indent((result.stdout + result.stderr)[-2000:], "  "),
                file=sys.stderr,
            )


def run_all(binaries):
    binaries = os.path.abspath(binaries)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(binaries, "contrastive"), os.path.join(folder, "contrastive"))
        runner = Runner(folder)
        numpy = (
            subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True).returncode
            == 0
        )
        for block in blocks():
            name = f"{block.page}:{block.line}"
            if block.language == "python" and not block.reason and not numpy:
                block.reason = "no numpy here"
            if block.reason:
                runner.left.append(f"{name} ({block.language}: {block.reason})")
            elif block.language == "sh":
                runner.run(
                    "shell blocks",
                    name,
                    ["bash", "-euo", "pipefail", "-c", block.text],
                    runner.place(block.page),
                )
            elif block.language == "python":
                runner.run(
                    "Python blocks",
                    name,
                    [sys.executable, "-c", block.text],
                    runner.place(block.page),
                )
            elif block.language == "swift":
                runner.counts["Swift blocks"] = runner.counts.get("Swift blocks", 0) + 1
            else:
                runner.failures.append(name)
                print(f"{name}: nobody knows how to run {block.language}", file=sys.stderr)
        runner.run(
            "Swift program",
            "the Swift blocks",
            [os.path.join(binaries, "Snippets")],
            runner.place("swift"),
        )
        for command, line in examples(os.path.join(binaries, "contrastive")):
            is_loss = command.startswith("contrastive loss")
            place = runner.place("help of losses" if is_loss else "help")
            if is_loss:
                fixtures.golden(
                    os.path.join(ROOT, "Tests/ObjectiveTests/Golden"),
                    (command.split() + ["infonce"])[2],
                    os.path.join(place, "batch.safetensors"),
                )
            runner.run(
                "examples of --help",
                f"{command} --help: {line}",
                ["bash", "-euo", "pipefail", "-c", line],
                place,
            )
        wrong, right = wrong_defaults(os.path.join(binaries, "contrastive"))
        print("\n".join(wrong), file=sys.stderr)
        runner.failures += wrong
        runner.counts["defaults compared, besides"] = right
        for line in runner.left:
            print("not run:", line)
        print(
            ", ".join(f"{count} {kind}" for kind, count in runner.counts.items()) + " run,",
            f"{len(runner.left)} not,",
            f"{len(runner.failures)} failed",
        )
        return 1 if runner.failures else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["swift"] and len(sys.argv) == 3:
        write_swift(sys.argv[2])
    elif sys.argv[1:2] == ["run"] and len(sys.argv) == 3:
        sys.exit(run_all(sys.argv[2]))
    else:
        sys.exit(__doc__)
