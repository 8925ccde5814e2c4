#!/bin/bash
# Everything a release needs, in a fresh clone of what is committed: `make release-check`.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "$(git status --porcelain)" ]; then
  echo "There is something that is not committed." >&2
  exit 1
fi
version=$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md | head -1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone -q . "$folder/contrastive"
cd "$folder/contrastive"
failed=()
step() {
  echo "== $*"
  "$@" >"$folder/log" 2>&1 || { tail -n 40 "$folder/log" >&2; failed+=("$*"); }
}
step make deps-ranks  # or nothing would be tested in several processes
step make lint
step make test
step make test-snippets
step make docs
step make test-python
step make install "PREFIX=$folder/installed"
step diff <("$folder/installed/bin/contrastive" --version) <(echo "$version")
step grep -Fq "version = \"$version\"" Python/pyproject.toml
step grep -Fq "from: \"$version\"" README.md
step grep -Fqx "Version: $version" "$folder/installed/lib/pkgconfig/contrastive.pc"
step make sanitize
step make bench-check
if [ ${#failed[@]} -gt 0 ]; then
  printf 'Not ready for %s; failed: %s\n' "$version" "${failed[*]/%/;}" >&2
  exit 1
fi
echo "Ready for $version: git tag $version"
