#!/usr/bin/env bash
# Two processes of one thread beside one process of two, in turn: medians of ROUNDS; and with
# LARGE=1 the memory of each of four processes for a large batch. For a quiet machine.
#
# speed.sh ORDINARY RANKS. ONLY: "infonce", "kmeans" or "moco" alone.
set -euo pipefail
ordinary=$(realpath "$1") ranks=$(realpath "$2") tests=$(realpath "$(dirname "$0")")
rounds=${ROUNDS:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Without a look at the machine's devices, as without one for other networks, MPI starts sooner.
export HWLOC_COMPONENTS=-pci,-linuxio

python3 "$tests/inputs.py" . batch 16384 128
python3 "$tests/inputs.py" . rows 60000 128

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
    seconds mpirun -n 2 --mca pml ob1 --bind-to core "$ranks" "$@" --threads 1 >>two.s
  done
  local one two
  one=$(median <one.s) two=$(median <two.s)
  echo "$name: 1 process × 2 threads $one s, 2 processes × 1 thread $two s," \
    "$(echo "scale=2; $one / $two" | bc) of its speed"
}

wants() { [ -z "${ONLY:-}" ] || [ "$ONLY" = "$1" ]; }
! wants infonce || pair "in-batch InfoNCE 16,384 × 128" \
  loss infonce --input batch.safetensors --normalize --gradient queries,keys --output o.safetensors
! wants kmeans || pair "k-means 60,000 × 128, k = 1,000" \
  kmeans --input rows.npy --clusters 1000 --output o.safetensors
! wants moco || pair "an epoch of MoCo" train --method moco --epochs 1 --output run

[ -n "${LARGE:-}" ] || exit 0
python3 "$tests/inputs.py" . large 131072 128
echo "in-batch InfoNCE 131,072 × 128 with both gradients on 4:"
python3 "$tests/memory.py" mpirun -n 4 --oversubscribe --bind-to none "$ranks" loss infonce \
  --input large.safetensors --normalize --gradient queries,keys --output o.safetensors --threads 1
