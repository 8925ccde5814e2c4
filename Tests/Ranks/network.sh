#!/usr/bin/env bash
# The comparisons of ranks.sh over shared memory, over TCP, and between two network namespaces that
# are 5 ms and 1 % of lost packets apart each way; then the bytes and the time of a call at several
# rates.
# For root on Linux, with iproute2; where tc has no netem, link.c takes its place, built by cc.
#
# network.sh ORDINARY RANKS. SIZES: numbers of processes; PARTS: of shared, tcp, slow, rates.
set -euo pipefail
ordinary=$(realpath "$1") ranks=$(realpath "$2") tests=$(realpath "$(dirname "$0")")
export SIZES=${SIZES:-1 2 3 4 7} OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export NAMESPACE=contrastive$$ CONTRASTIVE_TIMEOUT=${CONTRASTIVE_TIMEOUT:-600}
parts=${PARTS:-shared tcp slow rates} delay=${DELAY:-5} loss=${LOSS:-1}
folder=$(mktemp -d) line=

clean() {
  [ -z "$line" ] || { kill "$line" && wait "$line"; } 2>/dev/null || true
  line=
  for side in 1 2; do ip netns del "$NAMESPACE-$side" 2>/dev/null || true; done
}
trap 'clean; rm -rf "$folder"' EXIT

wants() { [[ " $parts " == *" $1 "* ]]; }
in_namespace() { ip netns exec "$NAMESPACE-$1" "${@:2}"; } # SIDE COMMAND…

# A shell on the other side, as mpirun wants one: of another host's name, so that ranks on two sides
# do not share memory.
cat >"$folder/agent" <<'INNER'
#!/usr/bin/env bash
side=${1##*.}
exec ip netns exec "$NAMESPACE-$side" unshare --uts \
  bash -c 'hostname "$0"; eval "$1"' "side-$side" "${*:2}"
INNER
chmod +x "$folder/agent"
on_first_side() {
  in_namespace 1 unshare --uts bash -c 'hostname side-1; exec "$@"' _ "$@"
}
across=(--host 10.99.0.1:16,10.99.0.2:16 --map-by node --mca plm_rsh_agent "$folder/agent"
  --mca pml ob1 --mca btl tcp,self
  --mca btl_tcp_if_include 10.99.0.0/24 --mca oob_tcp_if_include 10.99.0.0/24)

sides() { # gives each side its device, c1 and c2, and an address
  for side in 1 2; do
    ip link set "c$side" netns "$NAMESPACE-$side"
    ip -n "$NAMESPACE-$side" addr add "10.99.0.$side/24" dev "c$side"
    ip -n "$NAMESPACE-$side" link set "c$side" up
    ip -n "$NAMESPACE-$side" link set lo up
  done
}
join() { # [slow]: joins the two sides
  clean
  for side in 1 2; do ip netns add "$NAMESPACE-$side"; done
  if [ "${1:-}" = slow ] && ! has_netem; then
    cc -O2 -o "$folder/link" "$tests/link.c"
    mkfifo "$folder/ready"
    "$folder/link" c1 c2 "$delay" "$loss" >"$folder/ready" &
    line=$!
    read -r _ <"$folder/ready"
    sides
    echo "a line of $delay ms and $loss % of lost packets each way, by link.c"
    return
  fi
  ip link add c1 type veth peer name c2
  sides
  [ "${1:-}" = slow ] || return 0
  for side in 1 2; do
    in_namespace $side tc qdisc add dev c$side root netem delay "${delay}ms" loss "$loss%"
  done
  echo "a line of $delay ms and $loss % of lost packets each way, by tc netem"
}
has_netem() {
  ip link add "n$$" type dummy 2>/dev/null || return 1
  local found=0
  tc qdisc add dev "n$$" root netem delay 1ms 2>/dev/null || found=1
  ip link del "n$$"
  return $found
}

compare() { # NAME [COMMAND…]: the results of ranks.sh, by a command before it
  echo "== $1"
  ONLY=results "${@:2}" "$tests/ranks.sh" "$ordinary" "$ranks"
}
! wants shared || MPI_ARGS="--mca pml ob1 --mca btl vader,self" compare "shared memory"
! wants tcp || MPI_ARGS="--mca pml ob1 --mca btl tcp,self" compare "TCP"
if wants slow; then
  join slow
  MPI_ARGS="${across[*]}" compare "two namespaces" on_first_side
fi

if wants rates; then
  python3 "$tests/inputs.py" "$folder" rates 1024 16384
  join
  cd "$folder"
  sent() { in_namespace "$1" cat "/sys/class/net/c$1/statistics/tx_bytes"; }
  call() {
    on_first_side mpirun -n 2 --bind-to none "${across[@]}" "$ranks" "$@" --threads 1 >/dev/null
  }
  echo "== in-batch InfoNCE 1,024 × 16,384, gradient of the queries, 2 processes of one thread"
  for rate in any 1gbit 100mbit; do
    for side in 1 2; do
      in_namespace $side tc qdisc del dev c$side root 2>/dev/null || true
      [ $rate = any ] || in_namespace $side \
        tc qdisc add dev c$side root tbf rate $rate burst 1mb latency 100ms
    done
    for round in 1 2 3; do
      before=("$(sent 1)" "$(sent 2)") start=$(date +%s.%N)
      call loss infonce --input rates.safetensors --gradient queries --output o.safetensors
      took=$(echo "$(date +%s.%N) - $start" | bc)
      echo "$rate, round $round: $took s," \
        "sent $(($(sent 1) - before[0])) and $(($(sent 2) - before[1])) bytes"
    done
  done
fi
