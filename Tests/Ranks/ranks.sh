#!/usr/bin/env bash
# The command in several processes against the command in one: the same bytes, for every number of
# processes; and what happens where a process is killed, stopped, or has other data.
#
# ranks.sh ORDINARY RANKS: the two programs. SIZES: numbers of processes; MPI_ARGS: more for mpirun,
# such as "--mca btl tcp,self"; KILLS: kills at random moments of a training job; METHODS: those of
# training, or "all"; ONLY=results: the comparisons alone; KEEP: a folder that stays.
set -euo pipefail

ordinary=$(realpath "$1") ranks=$(realpath "$2") tests=$(realpath "$(dirname "$0")")
sizes=${SIZES:-1 2 3} kills=${KILLS:-2}
# Without a look for other networks MPI starts sooner.
MPI_ARGS=${MPI_ARGS:---mca pml ob1}
folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder/data"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 "$tests/inputs.py" .

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export CONTRASTIVE_TIMEOUT=${CONTRASTIVE_TIMEOUT:-120}
failures=0

become() { # NUMBER-OF-PROCESSES ARGUMENTS…: this shell becomes mpirun
  local size=$1
  shift
  # shellcheck disable=SC2086
  exec mpirun -n "$size" --oversubscribe --bind-to none $MPI_ARGS "$ranks" "$@"
}

run() { (become "$@"); }

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

digest() { # FILES: of their contents
  cat "$@" | sha256sum | cut -d' ' -f1
}

# What bounds left to be computed depends a little on where rows are cut; what is found does not.
untimed() {
  sed -E 's/"[a-z_]*seconds?":[-+.e0-9]*//g; s/"(decided|computed)_share":[-+.e0-9]*//g' "$1"
}

# The same file and, but for times and what had to be decided, the same standard output.
compare() { # NAME OUTPUT-FILE ARGUMENTS…
  local name=$1 output=$2 expected found
  shift 2
  "$ordinary" "$@" --output "one-$output" >one.out 2>one.err \
    || { cat one.err >&2; fail "$name alone"; return; }
  expected=$(untimed one.out | cat "one-$output" - | sha256sum | cut -d' ' -f1)
  for size in $sizes; do
    run "$size" "$@" --output "one-$output" >some.out 2>some.err \
      || { cat some.err >&2; fail "$name on $size"; continue; }
    found=$(untimed some.out | cat "one-$output" - | sha256sum | cut -d' ' -f1)
    [ "$found" = "$expected" ] || fail "$name on $size: $found, not $expected"
  done
  echo "$name: ${expected:0:16} on $sizes"
}

loss() { # METHOD FILE OPTIONS…
  compare "loss $*" out.safetensors loss "$1" --input "$2" "${@:3}"
}

# Losses, against a bank and in the batch.
loss infonce pair.safetensors --normalize --gradient queries,keys,bank,temperature
loss infonce batch.safetensors --normalize --gradient queries,keys,temperature
loss infonce batch.safetensors --normalize --rows
loss infonce batch.safetensors --gradient keys
loss infonce batch.safetensors --normalize --symmetric --gradient queries,keys,temperature
loss siglip batch.safetensors --normalize --gradient queries,keys,temperature,bias
loss infonce one.safetensors --normalize --gradient queries,keys,temperature
for product in blas packed; do
  loss infonce pair.safetensors --normalize --gradient queries,bank --product $product
done

compare kmeans out.safetensors kmeans --input rows.npy --clusters 25 --json
compare "kmeans of groups" out.safetensors \
  kmeans --input rows.npy --clusters 60,7 --json --bounds-memory 0
compare knn out.safetensors knn --queries few.npy --bank rows.npy --k 7 --json
compare graph out.safetensors graph --input rows.npy --k 5 --normalize --json
compare "knn in little memory" out.safetensors \
  knn --queries rows.npy --bank rows.npy --k 7 --memory 1M --json
compare "graph in little memory" out.safetensors \
  graph --input rows.npy --k 5 --memory 1M --json
compare mine out.safetensors mine --queries other.npy --documents rows.npy --json
compare duplicates out.safetensors duplicates --input rows.npy --threshold 0.8 --json
compare "duplicates in little memory" out.safetensors \
  duplicates --input rows.npy --threshold 0.8 --memory 1M --json

# Training.
options=(--data data --epochs 2 --batch-size 32 --widths 8 16 --neighbors 5 --threads 1)
trained() { # RUN: what does not depend on the clock
  digest "$1/encoder.safetensors"
}
methods=${METHODS:-moco pcl simclr}
[ "$methods" != all ] || methods="moco simclr instdisc simsiam byol swav dcl hcl ressl sce \
  ranked-views fnc looc mochi cns pcl hcsc invp"
for method in $methods; do
  rm -rf one-run
  "$ordinary" train --method $method "${options[@]}" --output one-run >/dev/null 2>one.err \
    || { cat one.err >&2; fail "train $method alone"; continue; }
  for size in $sizes; do
    rm -rf some-run
    run "$size" train --method $method "${options[@]}" --output some-run >/dev/null 2>some.err \
      || { cat some.err >&2; fail "train $method on $size"; continue; }
    [ "$(trained some-run)" = "$(trained one-run)" ] \
      || fail "train $method on $size: another encoder"
  done
  echo "train $method: $(trained one-run | cut -c1-16) on $sizes"
done

rm -rf one-adapted some-adapted
adapting=(adapt --queries rows.npy --documents other.npy --epochs 2 --batch-size 256)
"$ordinary" "${adapting[@]}" --output one-adapted >/dev/null 2>one.err \
  || { cat one.err >&2; fail "adapt alone"; }
for size in $sizes; do
  rm -rf some-adapted
  run "$size" "${adapting[@]}" --output some-adapted >/dev/null 2>some.err \
    || { cat some.err >&2; fail "adapt on $size"; continue; }
  [ "$(digest some-adapted/adapter.safetensors)" = "$(digest one-adapted/adapter.safetensors)" ] \
    || fail "adapt on $size: another adapter"
done
echo "adapt on $sizes"

finish() {
  [ $failures = 0 ] || { echo "$failures failed" >&2; exit 1; }
  echo "all as in one process"
  exit 0
}
[ "${ONLY:-}" != results ] || finish

refuse() { # NAME CODE TEXT COMMAND…
  local name=$1 code=$2 text=$3 found=0
  shift 3
  "$@" >refused.out 2>refused.err || found=$?
  [ "$found" = "$code" ] || { cat refused.err >&2; fail "$name: code $found, not $code"; }
  grep -q -- "$text" refused.err || { cat refused.err >&2; fail "$name does not say: $text"; }
  [ "$(grep -c 'contrastive:' refused.err)" = 1 ] \
    || { cat refused.err >&2; fail "$name: not one line"; }
  echo "$name: $(grep 'contrastive:' refused.err | cut -c1-150)"
}

refuse "a command that is not shared" 64 "embed does not share" \
  run 2 embed --run x --images y --output z
refuse "a missing file" 65 "none.npy" \
  run 3 knn --queries none.npy --bank rows.npy --k 2 --output z.safetensors
refuse "another file" 65 "is an .npy file" \
  run 2 loss infonce --input few.npy --output z.safetensors
refuse "a tensor that is not there" 65 "has no tensor" \
  run 2 loss nt-xent --input batch.safetensors --output z.safetensors
refuse "more neighbors than rows" 64 "k: found 5000" \
  run 2 knn --queries few.npy --bank rows.npy --k 5000 --output z.safetensors

# Process 1 has other options, then other data.
both() { # ARGUMENTS OF PROCESS 0 -- ARGUMENTS OF PROCESS 1
  local first=()
  while [ "$1" != -- ]; do
    first+=("$1")
    shift
  done
  shift
  # shellcheck disable=SC2086
  mpirun --oversubscribe --bind-to none $MPI_ARGS -n 1 "$ranks" "${first[@]}" : -n 1 "$ranks" "$@"
}
refuse "other options" 64 "options: found" \
  both knn --queries few.npy --bank rows.npy --k 2 --output z.safetensors \
  -- knn --queries few.npy --bank rows.npy --k 3 --output z.safetensors
mkdir -p first second
cp rows.npy first/ && cp other.npy second/rows.npy
cp few.npy first/ && cp few.npy second/
cat >elsewhere.sh <<INNER
#!/bin/bash
cd "$folder/\$([ "\$OMPI_COMM_WORLD_RANK" = 0 ] && echo first || echo second)"
exec "$ranks" "\$@"
INNER
chmod +x elsewhere.sh
elsewhere() {
  # shellcheck disable=SC2086
  mpirun --oversubscribe --bind-to none $MPI_ARGS -n 2 ./elsewhere.sh "$@"
}
refuse "other data" 64 "rows.npy: found" \
  elsewhere graph --input rows.npy --k 2 --output "$folder/z.safetensors"
# Two files of the same contents.
elsewhere graph --input few.npy --k 1 --output "$folder/z.safetensors" >copies.out 2>copies.err \
  || { cat copies.err >&2; fail "copies of a file"; }
cat >multiplied.sh <<INNER
#!/bin/bash
product=\$([ "\$OMPI_COMM_WORLD_RANK" = 0 ] && echo blas || echo packed)
CONTRASTIVE_PRODUCT=\$product exec "$ranks" "\$@"
INNER
chmod +x multiplied.sh
multiplied() {
  # shellcheck disable=SC2086
  mpirun --oversubscribe --bind-to none ${MPI_ARGS:-} -n 2 ./multiplied.sh "$@"
}
refuse "another product" 64 "processor: found" \
  multiplied graph --input rows.npy --k 2 --output z.safetensors

# A process that is killed at a random moment, and the run resumed on another number of processes.
# Moments are epochs that the job has got to, whatever its speed, and part of a second more.
epochs=24
long=(--data data --epochs $epochs --batch-size 16 --widths 8 16 --neighbors 5 --threads 1)
now() { date +%s.%N; }
since() { echo "$(now) - $1" | bc; }
got_to() { # RUN EPOCH: whether a run has; 0 is its first checkpoint
  [ -e "$1/checkpoint.safetensors" ] || return 1
  [ "$2" = 0 ] || [ "$(wc -l <"$1/metrics.jsonl")" -ge "$2" ]
}
wait_for() { # JOB RUN EPOCH
  while ! got_to "$2" "$3" 2>/dev/null; do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.02
  done
}
process_of() { pgrep -P "$1" | shuf -n 1 || true; } # JOB

rm -rf whole
"$ordinary" train "${long[@]}" --output whole >/dev/null 2>one.err \
  || { cat one.err >&2; fail "train alone"; }
hits=0 longest=0
for kill in $(seq 1 "$kills"); do
  rm -rf killed
  become 3 train "${long[@]}" --checkpoint-steps 1 --output killed >/dev/null 2>killed.err &
  job=$!
  # One in five while the job starts.
  at=$((kill % 5 == 0 ? -1 : RANDOM % (epochs * 2 / 3)))
  if [ $at -lt 0 ]; then
    while kill -0 $job 2>/dev/null && [ -z "$(process_of $job)" ]; do sleep 0.02; done
  else
    wait_for $job killed $at
  fi
  sleep "0.$((RANDOM % 2))$((RANDOM % 10))"
  victim=$(process_of $job)
  start=$(now)
  [ -z "$victim" ] || kill -9 "$victim" 2>/dev/null || true
  wait $job && ended=whole || ended=killed
  took=$(since "$start")
  if [ $ended = killed ]; then
    hits=$((hits + 1))
    [ "$(echo "$took > $longest" | bc)" = 0 ] || longest=$took
    [ "$(echo "$took > 60" | bc)" = 0 ] || fail "a killed process: the job took $took s to end"
    grep -q 'signal 9\|lost communication\|killed' killed.err || {
      cat killed.err >&2
      fail "a killed process is not named"
    }
  fi
  reached=$(wc -l 2>/dev/null <killed/metrics.jsonl || echo 0) size=$((kill % 2 == 0 ? 2 : 4))
  if [ ! -e killed/config.json ]; then
    rm -rf killed
    run 2 train "${long[@]}" --output killed >/dev/null 2>&1 || fail "train anew"
  else
    run $size train --resume killed >/dev/null 2>resumed.err \
      || { cat resumed.err >&2; fail "resuming"; }
  fi
  [ "$(trained killed)" = "$(trained whole)" ] || fail "kill $kill: another encoder"
  echo "kill $kill after epoch $reached ($ended in $took s)," \
    "resumed on $size: $(trained killed | cut -c1-16)"
done
if [ "$kills" -gt 0 ]; then
  echo "$hits of $kills kills hit; the longest took $longest s to end the job"
  [ $hits -gt 0 ] || fail "no kill hit"
fi

# A process that is stopped.
rm -rf stopped
CONTRASTIVE_TIMEOUT=4 \
  become 2 train "${long[@]}" --epochs 100000 --output stopped >/dev/null 2>stopped.err &
job=$!
wait_for $job stopped 0
victim=$(process_of $job)
start=$(now)
[ -z "$victim" ] || kill -STOP "$victim" 2>/dev/null || true
wait $job && fail "a stopped process: the job ended well"
took=$(since "$start")
[ "$(echo "$took > 120" | bc)" = 0 ] || fail "a stopped process: the job took $took s to end"
grep -q 'has waited 4.0 s' stopped.err \
  || { cat stopped.err >&2; fail "a stopped process is not named"; }
grep 'contrastive: process' stopped.err
finish
