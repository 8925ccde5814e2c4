#!/usr/bin/env bash
# Two processes of one thread beside one process of two, in turn: medians of ROUNDS, and the memory of
# a process for a large batch. For a quiet machine.
#
# speed.sh ORDINARY RANKS
set -euo pipefail
ordinary=$(realpath "$1") ranks=$(realpath "$2") rounds=${ROUNDS:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

python3 - <<'PY'
import array, json, random, struct
def values(count, seed):
    # A few thousand drawn numbers, taken at different places: drawing millions takes long.
    draw = random.Random(seed)
    block = array.array("f", (draw.uniform(-1, 1) for _ in range(65_521)))
    out = array.array("f")
    while len(out) < count:
        out.extend(block[draw.randrange(65_521):])
    return out[:count].tobytes()
def safetensors(name, rows, dimension):
    size = 4 * rows * dimension
    header = json.dumps({key: {"dtype": "F32", "shape": [rows, dimension],
        "data_offsets": [place * size, (place + 1) * size]}
        for place, key in enumerate(["queries", "keys"])}).encode()
    header += b" " * (-len(header) % 8)
    with open(name, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.write(values(rows * dimension, 1) + values(rows * dimension, 2))
safetensors("batch.safetensors", 16_384, 128)
safetensors("large.safetensors", 131_072, 128)
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 128), }"
header += " " * (-(len(header) + 11) % 64) + "\n"
with open("rows.npy", "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    file.write(values(60_000 * 128, 3))
PY

seconds() {
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>&1
  end=$(date +%s.%N)
  echo "$end - $start" | bc
}
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

pair() { # NAME ARGUMENTS…
  local name=$1
  shift
  : >one.s
  : >two.s
  for _ in $(seq "$rounds"); do
    rm -rf run
    seconds "$ordinary" "$@" --threads 2 >>one.s
    rm -rf run
    seconds mpirun -n 2 --bind-to core "$ranks" "$@" --threads 1 >>two.s
  done
  local one two
  one=$(median <one.s) two=$(median <two.s)
  echo "$name: 1 process × 2 threads $one s, 2 processes × 1 thread $two s, $(echo "scale=2; $one / $two" | bc) of its speed"
}

pair "in-batch InfoNCE 16,384 × 128" loss infonce --input batch.safetensors --normalize --gradient queries,keys --output o.safetensors
pair "k-means 60,000 × 128, k = 1,000" kmeans --input rows.npy --clusters 1000 --output o.safetensors
pair "an epoch of MoCo" train --method moco --epochs 1 --output run

[ -n "${LARGE:-}" ] || exit 0
mpirun -n 4 --oversubscribe --bind-to none bash -c \
  "/usr/bin/time -f \"process \$OMPI_COMM_WORLD_RANK: %M KiB at most, %e s\" $ranks loss infonce \
  --input large.safetensors --normalize --gradient queries,keys --output o.safetensors --threads 1" 2>&1 | grep KiB
