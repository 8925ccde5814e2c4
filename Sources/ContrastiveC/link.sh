#!/bin/bash
# Links the C library out of the static one that SwiftPM builds.
#
#   link.sh ARCHIVE OUTPUT system   against the system's OpenBLAS, with the names of functions, for
#                                   debuggers and valgrind; `strip` takes them away
#   link.sh ARCHIVE OUTPUT private  with OpenBLAS inside, hidden: the library then needs libc, libm,
#                                   libstdc++ and libgcc_s alone
#
# Only what contrastive.h declares is exported; the Swift runtime is inside.
set -euo pipefail
archive=$(realpath "$1") output=$2 blas=$3
header=$(dirname "$0")/include/contrastive.h
objects=$(mktemp -d)
exports=$objects/exports
trap 'rm -rf "$objects"' EXIT
{
  echo "{ global:"
  grep -oE '\bcontrastive_[a-z_]+\(' "$header" | tr -d '(' | sort -u | sed 's/$/;/'
  echo "local: *; };"
} > "$exports"
# The folder that is searched first holds what is to be linked statically.
mkdir "$objects/static"
names=(lapacke z)
[ "$blas" = system ] || names+=(openblas gfortran quadmath)
for name in "${names[@]}"; do
  for place in $(pkg-config --variable=libdir openblas) $(pkg-config --variable=libdir lapacke) \
    "$(dirname "$(gcc -print-file-name=lib$name.a)")"; do
    if [ -e "$place/lib$name.a" ]; then
      ln -s "$(realpath "$place/lib$name.a")" "$objects/static/lib$name.a"
      break
    fi
  done
done
libraries=(-lopenblas -l_FoundationCollections -l_FoundationCShims)
strip=-S
[ "$blas" = system ] || libraries+=(-lgfortran -lquadmath) strip=-s
mkdir -p "$(dirname "$output")"
# The driver keeps what archives define from being exported, so the objects themselves are linked.
(cd "$objects" && ar x "$archive")
swiftc -use-ld=lld -static-stdlib -emit-library -o "$output" -L "$objects/static" \
  -L "$(pkg-config --variable=libdir openblas)" "$objects"/*.o \
  -Xlinker --version-script="$exports" -Xlinker --gc-sections -Xlinker -Bsymbolic \
  -Xlinker --no-undefined -Xlinker --as-needed -Xlinker -soname -Xlinker libcontrastive.so \
  -Xlinker "$strip" \
  "${libraries[@]}" 2> >(grep -v "mktemp" >&2 || true)
