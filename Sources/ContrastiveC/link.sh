#!/bin/bash
# Links the C library out of the static one that SwiftPM builds.
#
#   link.sh ARCHIVE OUTPUT system   against the system's OpenBLAS
#   link.sh ARCHIVE OUTPUT private  with OpenBLAS inside, hidden: the library then needs libc, libm,
#                                   libstdc++ and libgcc_s alone
#
# Only what contrastive.h declares is exported; the Swift runtime is inside.
set -euo pipefail
archive=$1 output=$2 blas=$3
header=$(dirname "$0")/include/contrastive.h
exports=$(mktemp)
trap 'rm -f "$exports"' EXIT
{
  echo "{ global:"
  grep -oE '\bcontrastive_[a-z_]+\(' "$header" | tr -d '(' | sort -u | sed 's/$/;/'
  echo "local: *; };"
} > "$exports"
folder=$(pkg-config --variable=libdir openblas 2>/dev/null || true)
case $blas in
  system) libraries=(-Xlinker -l:liblapacke.a -lopenblas) ;;
  private)
    libraries=(-Xlinker -l:liblapacke.a -Xlinker -l:libopenblas.a -Xlinker -l:libgfortran.a
      -Xlinker -l:libquadmath.a)
    folder="$folder $(dirname "$(gcc -print-file-name=libgfortran.a)")"
    ;;
esac
search=()
for place in $folder $(pkg-config --variable=libdir lapacke 2>/dev/null || true); do
  search+=(-L "$place")
done
mkdir -p "$(dirname "$output")"
swiftc -static-stdlib -emit-library -o "$output" "$archive" "${search[@]}" \
  -Xlinker --version-script="$exports" -Xlinker --gc-sections -Xlinker -Bsymbolic \
  -Xlinker --as-needed -Xlinker -soname -Xlinker libcontrastive.so -Xlinker -s \
  "${libraries[@]}" 2> >(grep -v "mktemp" >&2 || true)
