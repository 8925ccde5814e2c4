"""The command's own help as man pages, or as pages of the site.

python3 manual.py man COMMAND FOLDER      FOLDER/contrastive.1, contrastive-train.1, …
python3 manual.py pages COMMAND FOLDER    FOLDER/train.md, …, for DocC
"""

import json
import os
import re
import subprocess
import sys
import textwrap

EXIT = [
    ("0", "Done."),
    ("64", "A wrong option."),
    ("65", "Data that cannot be used, or a result that cannot be written."),
    ("130, 143", "Ended by SIGINT or SIGTERM; nothing is left half written."),
]


def commands(command):
    """(path, node) of the command and of all its subcommands."""
    dump = subprocess.run(
        [command, "--experimental-dump-help"], capture_output=True, text=True, check=True
    )

    def walk(node, path):
        path = path + [node["commandName"]]
        yield path, node
        for child in node.get("subcommands", []):
            if child["commandName"] != "help":
                yield from walk(child, path)

    return list(walk(json.loads(dump.stdout)["command"], []))


def version(command):
    return subprocess.run([command, "--version"], capture_output=True, text=True).stdout.strip()


def spelled(argument):
    """`-k, --k <k>`, or a positional argument's name."""
    if argument["kind"] == "positional":
        return f"<{argument['valueName']}>"
    names = sorted(argument["names"], key=lambda name: name["kind"] == "long")
    text = ", ".join(("--" if name["kind"] == "long" else "-") + name["name"] for name in names)
    return text if argument["kind"] == "flag" else f"{text} <{argument['valueName']}>"


def described(argument):
    text = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")]))
    values = argument.get("allValues") or argument.get("allValueStrings")
    notes = []
    if values and "values:" not in text:
        notes.append("values: " + ", ".join(values))
    if argument.get("defaultValue") is not None and "default" not in text:
        notes.append("default: " + argument["defaultValue"])
    return text + (f" ({'; '.join(notes)})" if notes else "")


def sections(node):
    """(title, arguments) in the order of the help."""
    found = {}
    for argument in node.get("arguments", []):
        if argument.get("shouldDisplay", True):
            found.setdefault(argument.get("sectionTitle") or "Options", []).append(argument)
    return sorted(found.items(), key=lambda item: item[0] == "Options")


def synopsis(path, node):
    words = [" ".join(path)]
    if [child for child in node.get("subcommands", []) if child["commandName"] != "help"]:
        return words[0] + " <subcommand>"
    for argument in node.get("arguments", []):
        if argument.get("shouldDisplay", True) and not argument.get("isOptional"):
            word = spelled(argument).split(", ")[-1]
            words.append(word + (" …" if argument.get("isRepeating") else ""))
    return " ".join(words) + " [options]"


def paragraphs(text):
    """(kind, text) of a discussion: a paragraph, or an example line."""
    for block in (text or "").split("\n\n"):
        for line in block.split("\n"):
            yield ("example" if re.match(r"\s+contrastive ", line) else "text"), line.strip()


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def man_page(path, node, every, name):
    title = "-".join(path)
    lines = [
        f'.TH {title.upper()} 1 "" "{name}" "User Commands"',
        ".nh",  # options are not broken, and lines not stretched
        ".ad l",
        ".SH NAME",
        roff(f"{title} - {(node.get('abstract') or '').rstrip('.')}").replace(" \\- ", " \\- ", 1),
        ".SH SYNOPSIS",
        ".B " + roff(synopsis(path, node)),
        ".SH DESCRIPTION",
    ]
    examples = []
    for kind, text in paragraphs(node.get("discussion")):
        if kind == "example":
            examples += [".PP", ".nf", roff(text), ".fi"]
        elif text and text not in ("Example:", "Examples:"):
            lines += [".PP"] * (lines[-1] != ".SH DESCRIPTION") + [roff(text)]
    children = [child for child in node.get("subcommands", []) if child["commandName"] != "help"]
    if children:
        lines.append(".SH SUBCOMMANDS")
        for child in children:
            lines += [".TP", ".B " + roff(child["commandName"]), roff(child.get("abstract") or "")]
    for heading, arguments in sections(node):
        lines.append(f'.SH "{heading.upper()}"')
        for argument in arguments:
            lines += [".TP", ".B " + roff(spelled(argument)), roff(described(argument)) or "\\&"]
    if examples:
        lines += [".SH EXAMPLES", *examples[1:]]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT:
        lines += [".TP", f".B {code}", meaning]
    others = sorted({"-".join(other) for other, _ in every if len(other) <= 2} - {title})
    lines += [".SH SEE ALSO", ",\n".join(f".BR {roff(other)} (1)" for other in others)]
    return re.sub(r"\(1\),\n", "(1),\n", "\n".join(lines)) + "\n"


def page(path, node):
    """One subcommand for DocC."""
    lines = [
        f"# {' '.join(path[1:])}",
        "",
        node.get("abstract") or "",
        "",
        "## Usage",
        "",
        "```",
        *textwrap.wrap(synopsis(path, node), 62, subsequent_indent="  ", break_on_hyphens=False),
        "```",
        "",
    ]
    for kind, text in paragraphs(node.get("discussion")):
        text = (
            text.replace("<", "\\<").replace("*", "\\*").replace("--", "\\-\\-")
            if kind == "text"
            else text
        )
        lines += ["```", text, "```", ""] if kind == "example" else [text, ""]
    for heading, arguments in sections(node):
        lines += [f"## {heading.capitalize()}", "", "| option | |", "|---|---|"]
        for argument in arguments:
            text = described(argument).replace("|", "\\|").replace("<", "\\<").replace("\n", " ")
            lines.append(f"| `{spelled(argument)}` | {text} |")
        lines.append("")
    return "\n".join(lines)


def main(kind, command, folder):
    os.makedirs(folder, exist_ok=True)
    every = commands(command)
    if kind == "man":
        name = "contrastive " + version(command)
        for path, node in every:
            with open(os.path.join(folder, "-".join(path) + ".1"), "w") as file:
                file.write(man_page(path, node, every, name))
    else:
        for path, node in every[1:]:
            if not node.get("subcommands"):
                with open(os.path.join(folder, "-".join(path[1:]) + ".md"), "w") as file:
                    file.write(page(path, node))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("man", "pages"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
