#!/bin/bash
# The command under valgrind: leaks.sh PATH/contrastive. Fails for a read or write outside of what
# was allocated, for a decision by what was never written, and for memory that nothing points to at
# the end. What Swift's runtime keeps until the end is still pointed to, and no leak.
set -euo pipefail
tests=$(realpath "$(dirname "$0")") command=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Valgrind does not read the debugging information of Swift.
cp "$command" contrastive && strip -g contrastive
mkdir data && python3 "$tests/Ranks/inputs.py" .
failures=0

check() { # ARGUMENTS…
  if valgrind -q --fair-sched=yes --suppressions="$tests/leaks.supp" \
    --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite --error-exitcode=99 --log-file=found.txt \
    ./contrastive "$@" > output.txt 2>&1
  then
    echo "$1 ${2:-}: nothing found"
  else
    echo "$1 ${2:-}: FAILED"
    tail -n 5 output.txt
    cat found.txt
    failures=$((failures + 1))
  fi
}

out=(--threads 2 --output out.safetensors)
check doctor
check loss infonce --input pair.safetensors --normalize --gradient queries,bank "${out[@]}"
check loss siglip --input batch.safetensors --normalize "${out[@]}"
check kmeans --input rows.npy --clusters 25 "${out[@]}"
check knn --queries few.npy --bank rows.npy --k 7 "${out[@]}"
check graph --input rows.npy --k 5 --normalize --memory 1M "${out[@]}"
check mine --queries other.npy --documents rows.npy "${out[@]}"
check duplicates --input rows.npy --threshold 0.8 "${out[@]}"
for method in moco pcl byol; do
  check train --method "$method" --data data --epochs 1 --batch-size 32 --widths 8 16 \
    --neighbors 5 --threads 2 --output "run-$method"
done
check report run-pcl --data data
check evaluate --run run-pcl --data data
check adapt --queries rows.npy --documents other.npy --epochs 1 --batch-size 256 --output adapted
exit "$((failures > 0))"
