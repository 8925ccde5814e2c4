#!/bin/bash
# Builds and runs the tests of the C library that is in the folder given: run.sh .build/c
#
# The golden cases, what the header promises besides (faces.c, under valgrind), calls that processes
# share, the example and the quick start of the documentation; no name is exported that the header
# does not declare, and nothing is needed but the C and C++ libraries and OpenBLAS.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath "$1")
export LD_LIBRARY_PATH=$folder/lib PKG_CONFIG_PATH=$folder/lib/pkgconfig
read -ra flags <<< "$(pkg-config --cflags contrastive)"
read -ra libraries <<< "$(pkg-config --libs contrastive)"

compile() {
  gcc -std=c11 -O1 -g -Wall -Wextra -pedantic -Werror "${flags[@]}" -o "$folder/$1" "$2" \
    "${libraries[@]}" -lm -lpthread
}

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' Documentation/From-C.md \
  > "$folder/quickstart.c"
compile golden Tests/C/golden.c
compile faces Tests/C/faces.c
compile processes Tests/C/processes.c
compile infonce Examples/C/infonce.c
compile quickstart "$folder/quickstart.c"
"$folder/golden" Tests/ObjectiveTests/Golden/*.safetensors
"$folder/processes"
"$folder/infonce" | diff - Examples/C/infonce.txt
[ "$("$folder/quickstart")" = "0.5804, -0.2888" ]
strays=$(nm -D --defined-only "$folder/lib/libcontrastive.so" | grep -v ' contrastive_' || true)
[ -z "$strays" ] || { echo "libcontrastive.so exports $strays" >&2; exit 1; }
others=$(readelf -d "$folder/lib/libcontrastive.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
  grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|libopenblas|ld-linux-x86-64)\.so' || true)
[ -z "$others" ] || { echo "libcontrastive.so needs $others" >&2; exit 1; }
if [ "${VALGRIND:-yes}" = no ]; then
  "$folder/faces"
else
  valgrind -q --suppressions=Tests/leaks.supp --fair-sched=yes --error-exitcode=9 \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --child-silent-after-fork=yes "$folder/faces"
fi
